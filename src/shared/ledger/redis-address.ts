/** Where Redis is and how to log in, from an address that may hold a password. */

import type { RedisOptions } from 'ioredis';
import { UserError } from '../../explain/user-error.ts';

export interface RedisAddress {
  /** `redis://user:password@host:port/database`, or `rediss://` for TLS; user, password, port and database may be left out. */
  url: string;
  /** Instead of those in the address. */
  username?: string;
  password?: string;
  /** Certificate of the authority that signed the server's, in PEM; default: those that Node.js trusts. */
  ca?: string;
}

export interface ParsedRedisAddress {
  connection: Pick<RedisOptions, 'username' | 'password' | 'tls'> & { host: string; port: number; db: number };
  /** The address for messages, without user and password. */
  shown: string;
}

/** @throws UserError `bad-redis-address` */
export function parseRedisAddress(address: string | RedisAddress): ParsedRedisAddress {
  const { url, username, password, ca } = typeof address === 'string' ? { url: address } : address;
  const shown = maskRedisUrl(url);
  const bad = (reason: string) =>
    new UserError(
      'bad-redis-address',
      `${JSON.stringify(shown)} is not the address of a Redis: ${reason}. Write it as redis://user:password@host:6379/0, or ` +
        'rediss:// for TLS, with special characters of user and password percent-encoded.',
    );
  if (!URL.canParse(url)) throw bad('it is not a URL');
  const parsed = new URL(url);
  if (parsed.protocol !== 'redis:' && parsed.protocol !== 'rediss:') throw bad(`it begins with ${parsed.protocol}//`);
  if (parsed.hostname === '') throw bad('it has no host');
  const database = /^\/?(\d*)$/.exec(parsed.pathname)?.[1];
  if (database === undefined) throw bad('its path is not the number of a database');
  if (parsed.search !== '' || parsed.hash !== '') throw bad('it has a "?" or "#" part');
  const user = username ?? decode(parsed.username, bad);
  const secret = password ?? decode(parsed.password, bad);
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    connection: {
      host,
      port: parsed.port === '' ? 6379 : Number(parsed.port),
      db: Number(database),
      ...(user === '' ? {} : { username: user }),
      ...(secret === '' ? {} : { password: secret }),
      ...(parsed.protocol === 'rediss:' ? { tls: ca === undefined ? {} : { ca } } : {}),
    },
    shown,
  };
}

/** The address without user and password, also where it is not well-formed. */
function maskRedisUrl(url: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(url)?.[0] ?? '';
  const rest = url.slice(scheme.length);
  const shown = rest.slice(rest.lastIndexOf('@') + 1);
  return scheme + shown.replace(/\?.*$/s, '?…');
}

function decode(part: string, bad: (reason: string) => UserError): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw bad('its user or password holds a "%" that is not part of an encoded character');
  }
}

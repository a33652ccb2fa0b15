/** What the Redis client throws, as errors that say what to do. They never hold a command, because its arguments may be secret. */

import { UserError } from '../../explain/user-error.ts';

type RedisErrorCode =
  | 'redis-unreachable'
  | 'redis-not-ready'
  | 'redis-certificate'
  | 'redis-login'
  | 'redis-permission'
  | 'redis-full'
  | 'redis-read-only';

export class RedisError extends UserError {
  override readonly code: RedisErrorCode;
  /** Whether trying again later can help. */
  readonly transient: boolean;

  constructor(code: RedisErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'RedisError';
    this.code = code;
    this.transient = code === 'redis-unreachable' || code === 'redis-not-ready' || code === 'redis-full';
  }
}

/**
 * @param place where Redis is, without secrets; left out where the message has to do without
 * @returns a `RedisError`, or the error without its command when it is a defect
 */
export function redisUserError(error: unknown, place = 'Redis'): Error {
  if (error instanceof UserError) return error;
  const inner = innermost(error);
  const reason = inner.message.replace(/\.$/, '');
  const cause = new Error(inner.message);
  const fail = (code: RedisErrorCode, message: string) => new RedisError(code, message, { cause });
  const code = errorCode(inner);
  switch (code) {
    case 'WRONGPASS':
      return fail(
        'redis-login',
        `${place} refused the user or password. Check both; in an address, write them percent-encoded.`,
      );
    case 'NOAUTH':
      return fail(
        'redis-login',
        `${place} asks for a password. Give one in the address: redis://user:password@host:port.`,
      );
    case 'NOPERM':
      return fail(
        'redis-permission',
        `${place} does not allow its user a command (${reason}). Allow it: ACL SETUSER <user> ~*gradline* +@all -@dangerous +info.`,
      );
    case 'OOM':
      return fail(
        'redis-full',
        `${place} has no memory left (maxmemory). Give it more: CONFIG SET maxmemory <bytes>; or forget old runs.`,
      );
    case 'READONLY':
      return fail('redis-read-only', `${place} is a replica and takes no writes. Give the address of the primary.`);
    case 'MISCONF':
      return fail(
        'redis-not-ready',
        `${place} takes no writes because it cannot save to its disk. Look at its log and make room there.`,
      );
    case 'LOADING':
    case 'MASTERDOWN':
    case 'TRYAGAIN':
    case 'BUSY':
      return fail('redis-not-ready', `${place} is not ready (${reason}). Try again in a moment.`);
    case 'CLUSTERDOWN':
      return fail('redis-not-ready', `${place} is a cluster that is down (${reason}). Look at CLUSTER INFO on a node.`);
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return fail(
        'redis-unreachable',
        `${place} does not speak TLS. Use redis:// instead of rediss://, or its TLS port.`,
      );
  }
  if (isCertificateCode(code)) {
    return fail(
      'redis-certificate',
      `The TLS certificate of ${place} cannot be trusted (${reason}). Give the authority's certificate in NODE_EXTRA_CA_CERTS, ` +
        'and a host name that is in the certificate.',
    );
  }
  if (inner.name === 'ParserError' || /^Protocol error|^Unknown RESP type/.test(inner.message)) {
    return fail('redis-unreachable', `${place} does not answer as Redis does. Check the port; rediss:// is for TLS.`);
  }
  if (isConnectionError(inner, code)) {
    const unsure = code === 'ECONNRESET' || /ETIMEDOUT|closed/.test(reason);
    const hint = unsure ? ' One that speaks TLS needs rediss://, any other redis://.' : '';
    return fail(
      'redis-unreachable',
      `${place} cannot be reached (${reason}). Check the address, and that the server is up.${hint}`,
    );
  }
  return cause;
}

/** The same work, with errors as `redisUserError` makes them. */
export async function withRedisErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw redisUserError(error);
  }
}

/** Those that wrap others: a command that was retried too often, and a cluster without a node that answers. */
function innermost(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  if ('lastNodeError' in error && error.lastNodeError instanceof Error) return innermost(error.lastNodeError);
  return error;
}

/** The system's code, or the first word of what Redis replied. */
function errorCode(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code;
  const message = error.message.replace(/^.*Error running script[^:]*: (?:@\S+ \d+: )?-?/, '');
  return /^[A-Z]{3,}\b/.exec(message)?.[0] ?? '';
}

function isCertificateCode(code: string): boolean {
  return (
    /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code) ||
    code === 'UNABLE_TO_GET_ISSUER_CERT' ||
    code === 'ERR_TLS_CERT_ALTNAME_INVALID'
  );
}

/**
 * Whether the connection ended within the replies to several commands that were sent at once. The client sends single commands
 * again by itself, but not these: some of them may have been done.
 */
export function isCutOff(error: unknown): boolean {
  return error instanceof Error && /aborted due to connection close/.test(error.message);
}

const connectionCodes = /^(?:ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|ENET|EPIPE|EACCES|ENOENT)/;

function isConnectionError(error: Error, code: string): boolean {
  return (
    connectionCodes.test(code) ||
    error.name === 'MaxRetriesPerRequestError' ||
    error.name === 'ClusterAllFailedError' ||
    isCutOff(error) ||
    /Connection is closed|connect ETIMEDOUT|Command timed out|Socket timeout|None of startup nodes/.test(error.message)
  );
}

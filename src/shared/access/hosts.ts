/** By which names this server may be called. */

import { isIP } from 'node:net';

/** Whether an address to listen on is reached from this machine alone. */
export function isLoopback(host: string): boolean {
  const name = withoutBrackets(host).toLowerCase();
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/**
 * Whether a request's Host header names this server. A page of another site can make its own name lead here (DNS rebinding), and the browser
 * then takes the two for one; it cannot do so with an address of digits.
 * @param names further names by which it may be called
 */
export function isOwnHost(header: string | undefined, names: readonly string[]): boolean {
  const host = /^(\[[0-9a-f:.]+\]|[^:]+)(?::\d+)?$/i.exec(header ?? '')?.[1]?.toLowerCase();
  if (host === undefined) return false;
  return isLoopback(host) || isIP(withoutBrackets(host)) !== 0 || names.some((name) => name.toLowerCase() === host);
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** Who may ask, and who may change something. */

import type { MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import { isOwnHost } from './hosts.ts';
import { csrfHeader, type Refused } from './refused.ts';
import { isSame, type Secrets } from './secrets.ts';

export const sessionCookie = 'gradline-session';

/** Refuses requests under a name that is not this server's. */
export function ownHostOnly(names: readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    if (isOwnHost(context.req.header('host'), names)) return next();
    return context.json<Refused>(
      {
        code: 'unknown-host',
        message: 'This server does not answer under that name. Start it with --allow-host and the name.',
      },
      403,
    );
  };
}

/** Lets in who has signed in, or sends the token with the request; everybody where there is no token. */
export function signedInOnly({ session, isToken }: Secrets): MiddlewareHandler {
  return async (context, next) => {
    const bearer = /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '')?.[1];
    const cookie = getCookie(context, sessionCookie);
    const allowed =
      session === null ||
      (bearer !== undefined && isToken(bearer)) ||
      (cookie !== undefined && isSame(cookie, session));
    if (allowed) return next();
    return context.json<Refused>(
      { code: 'sign-in', message: 'Sign in with the token that the dashboard was started with.' },
      401,
    );
  };
}

/** Lets changes pass only from this server's own page, and none where it is read-only. */
export function ownPageOnly({ csrf }: Secrets, readOnly: boolean): MiddlewareHandler {
  return async (context, next) => {
    const { method } = context.req;
    if (method === 'GET' || method === 'HEAD') return next();
    if (readOnly) {
      return context.json<Refused>(
        { code: 'read-only', message: 'This dashboard only shows: it was started with --read-only.' },
        403,
      );
    }
    const given = context.req.header(csrfHeader);
    if (isFromOwnPage(context.req.header('origin'), context.req.header('host')) && given && isSame(given, csrf)) {
      return next();
    }
    return context.json<Refused>(
      { code: 'forged', message: 'The request does not come from this page as it is now. Reload it and try again.' },
      403,
    );
  };
}

/** Browsers send the origin with every POST; programs may leave it out. */
export function isFromOwnPage(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

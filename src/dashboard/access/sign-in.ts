import { setTimeout as sleep } from 'node:timers/promises';
import { Hono, type MiddlewareHandler } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { isFromOwnPage, sessionCookie } from '../../shared/access/guard.ts';
import type { Refused } from '../../shared/access/refused.ts';
import type { Secrets } from '../../shared/access/secrets.ts';

const body = z.object({ token: z.string().max(1000) });
const week = 7 * 86_400;
/** Guessing is slow: each wrong token is answered after so many milliseconds, and few at once. */
const delay = 1_000;
const attemptsAtOnce = 8;

/** `POST /sign-in` sets the cookie for the right token, `POST /sign-out` takes it away. */
export function signInRoutes(secrets: Secrets): Hono {
  let attempts = 0;
  const refusal = (code: string, message: string): Refused => ({ code, message });
  const routes = new Hono();
  const fromOwnPage: MiddlewareHandler = async (context, next) => {
    const { req } = context;
    // A form of another site can send neither JSON nor another origin.
    const json = req.header('content-type')?.startsWith('application/json') === true;
    if (json && isFromOwnPage(req.header('origin'), req.header('host'))) return next();
    return context.json(refusal('forged', 'The request does not come from this page.'), 403);
  };
  routes.post('/sign-in', fromOwnPage, async (context) => {
    const { session } = secrets;
    const given = body.safeParse(await context.req.json().catch(() => null));
    if (session === null || !given.success || !secrets.isToken(given.data.token)) {
      if (attempts >= attemptsAtOnce)
        return context.json(refusal('too-many', 'Too many attempts. Try again in a moment.'), 429);
      attempts += 1;
      await sleep(delay).finally(() => {
        attempts -= 1;
      });
      return context.json(refusal('wrong-token', 'That is not the token of this dashboard.'), 401);
    }
    setCookie(context, sessionCookie, session, {
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
      maxAge: week,
      secure: context.req.header('x-forwarded-proto') === 'https',
    });
    return context.body(null, 204);
  });
  routes.post('/sign-out', fromOwnPage, (context) => {
    deleteCookie(context, sessionCookie, { path: '/' });
    return context.body(null, 204);
  });
  return routes;
}

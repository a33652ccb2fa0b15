/** Values that only this server can make, from the token where there is one: they stay the same when it starts again. */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { UserError } from '../../explain/user-error.ts';

const shortestToken = 16;

export interface Secrets {
  /** What the cookie of somebody who has signed in holds; null where there is no token. */
  session: string | null;
  /** What a page of this server sends with every change. A page of another site cannot read it. */
  csrf: string;
  /** Part of the addresses below which outputs lie: they are opened without a cookie. */
  outputs: string;
  isToken(text: string): boolean;
}

/** @throws UserError `weak-token` */
export function makeSecrets(token: string | null): Secrets {
  if (token !== null && token.length < shortestToken) {
    throw new UserError(
      'weak-token',
      `The dashboard's token has ${token.length} characters, which can be guessed: use at least ${shortestToken}, for example what \`openssl rand -hex 24\` prints.`,
    );
  }
  const key = token ?? randomBytes(32);
  const derive = (use: string) => createHmac('sha256', key).update(`gradline-dashboard ${use}`).digest('base64url');
  return {
    session: token === null ? null : derive('session'),
    csrf: derive('csrf'),
    outputs: derive('outputs'),
    isToken: (text) => token !== null && isSame(text, token),
  };
}

/** Takes the same time wherever two texts begin to differ, and whatever their lengths. */
export function isSame(given: string, expected: string): boolean {
  const key = randomBytes(32);
  const digest = (text: string) => createHmac('sha256', key).update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

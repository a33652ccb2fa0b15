/** The map methods by the names that users write. */

import { didYouMean } from '../nearest-names.ts';
import type { MethodName } from '../options.ts';
import { UserError } from '../user-error.ts';
import { cam } from './cam.ts';
import { gradCam } from './grad-cam.ts';
import type { Method } from './method.ts';

const methods: Record<MethodName, Method> = { cam, 'grad-cam': gradCam };

export const methodNames = Object.keys(methods);

/** @throws UserError `unknown-method` */
export function methodNamed(name: string): Method {
  const found = Object.entries(methods).find(([key]) => key === name);
  if (found !== undefined) return found[1];
  throw new UserError(
    'unknown-method',
    `There is no method '${name}'.${didYouMean(name, methodNames)} Known: ${methodNames.join(', ')}.`,
  );
}

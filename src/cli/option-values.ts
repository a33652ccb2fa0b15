/** Values of flags that are not settings of a run. */

import { didYouMean } from '../explain/nearest-names.ts';
import { UserError } from '../explain/user-error.ts';
import { readWholeNumber } from './whole-number.ts';

/** @throws UserError `bad-setting` */
export function choiceOf<Choice extends string>(flag: string, value: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new UserError(
    'bad-setting',
    `${flag} cannot be '${value}'.${didYouMean(value, choices)} Use ${choices.join(', ')}.`,
  );
}

/** @throws UserError `bad-setting` */
export function minutesOf(flag: string, value: string): number {
  const minutes = value.trim() === '' ? Number.NaN : Number(value);
  if (minutes >= 0 && Number.isFinite(minutes)) return minutes;
  throw new UserError('bad-setting', `${flag} must be a number of minutes; it is ${value}.`);
}

/** @throws UserError `bad-setting` */
export function wholeNumberOf(flag: string, value: string, least: number): number {
  const number = readWholeNumber(value, least);
  if (number !== null) return number;
  throw new UserError('bad-setting', `${flag} must be a whole number of at least ${least}; it is ${value}.`);
}

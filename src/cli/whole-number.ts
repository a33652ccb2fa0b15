import { InvalidArgumentError } from 'commander';

/** The whole number that a flag's value says; null when it says none from `least` to `most`. */
export function readWholeNumber(text: string, least: number, most = Number.MAX_SAFE_INTEGER): number | null {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isSafeInteger(number) && number >= least && number <= most ? number : null;
}

/** Reads a flag's value for commander, which says `problem` where it is no such number. */
export function wholeNumber(problem: string, least: number, most?: number): (text: string) => number {
  return (text) => {
    const number = readWholeNumber(text, least, most);
    if (number === null) throw new InvalidArgumentError(problem);
    return number;
  };
}

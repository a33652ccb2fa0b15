/** The score from which each class is decided, in a run whose images may have several labels. */

import { z } from 'zod';
import { ClassNames, parseClassIndex } from '../../explain/class-names.ts';
import { UserError } from '../../explain/user-error.ts';
import { readLocation } from '../store/open-store.ts';
import { StoreError } from '../store/store.ts';
import type { PlanClasses } from './plan-files.ts';
import type { StoredThreshold } from './threshold-setting.ts';

/** Where nothing else is given, and while a run with `best-f1` goes on. */
export const usualThreshold = 0.5;

/** What a file calls the threshold of the classes that it does not name. */
const forOthers = 'default';

const share = z.number().min(0).max(1);
const listed = z.array(share);
const named = z.record(z.string(), share);

/**
 * Reads thresholds from a path or s3:// address: a JSON object from class to number, a JSON array by index, or a table with `class` and `threshold`,
 * one class a line.
 * @throws UserError `bad-thresholds`
 */
export async function readThresholds(location: string): Promise<Record<string, number>> {
  let text: string;
  try {
    text = (await readLocation(location)).toString('utf8');
  } catch (error) {
    if (!(error instanceof StoreError && error.code === 'not-found')) throw error;
    throw new UserError('bad-thresholds', `The thresholds ${location} do not exist. Check --threshold.`, {
      cause: error,
    });
  }
  const content = text.replace(/^\uFEFF/, '').trim();
  const value = /^[[{]/.test(content) ? fromJson(content, location) : fromLines(content, location);
  if (Object.keys(value).length === 0) throw badThresholds(location, 'it holds none.');
  return value;
}

function fromJson(content: string, location: string): Record<string, number> {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw badThresholds(location, `it is not valid JSON (${error instanceof Error ? error.message : error}).`);
  }
  const list = listed.safeParse(value);
  if (list.success) return Object.fromEntries(list.data.map((threshold, index) => [`#${index}`, threshold]));
  const object = named.safeParse(value);
  if (object.success) return object.data;
  throw badThresholds(location, 'each threshold must be a number from 0 to 1.');
}

function fromLines(content: string, location: string): Record<string, number> {
  const lines = content.split(/\r?\n/).map((line) => line.trim());
  const rows = lines.flatMap((line, i): [string, number][] => {
    const [, name = '', number = ''] = /^"?(.*?)"?\s*[,;\t]\s*"?([^,;\t"]*)"?$/.exec(line) ?? [];
    const threshold = share.safeParse(number.trim() === '' ? undefined : Number(number));
    if (threshold.success) return [[name.trim(), threshold.data]];
    // The line that names the columns.
    if (line === '' || i === 0) return [];
    throw badThresholds(location, `line ${i + 1} must be a class and a number from 0 to 1.`);
  });
  return Object.fromEntries(rows);
}

/** One for all classes, or by class index, before it is known how many the model has. @throws as `thresholdsOf` */
export function thresholdsByNames(
  threshold: StoredThreshold | undefined,
  classes: PlanClasses | null,
): number | number[] {
  if (threshold === undefined || threshold === 'best-f1') return usualThreshold;
  if (typeof threshold === 'number') return threshold;
  const named = Object.keys(threshold.byClass).filter((name) => name !== forOthers);
  if (named.length === 0) return threshold.byClass[forOthers] ?? usualThreshold;
  const names = classes === null ? null : new ClassNames(classes.names, 'the class names', classes.ids);
  return [...thresholdsOf(threshold, classes?.names.length ?? named.length, names)];
}

/**
 * By class index.
 * @param names the model's classes; null where they have none
 * @throws UserError `bad-thresholds` for a class that the file does not name; `unknown-class`, `ambiguous-class` for one that the model does not have
 */
export function thresholdsOf(threshold: StoredThreshold | undefined, classCount: number, names: ClassNames | null) {
  const thresholds = new Float64Array(classCount);
  if (threshold === undefined || threshold === 'best-f1') return thresholds.fill(usualThreshold);
  if (typeof threshold === 'number') return thresholds.fill(threshold);
  const { readFrom, byClass } = threshold;
  thresholds.fill(byClass[forOthers] ?? Number.NaN);
  for (const [name, value] of Object.entries(byClass)) {
    if (name === forOthers && names?.has(name) !== true) continue;
    const index = names === null ? parseClassIndex(name) : names.classIndex(name);
    if (index === null || index >= classCount) {
      throw badThresholds(
        readFrom,
        names === null && index === null
          ? `'${name}' is a name: give the names of the classes with --classes.`
          : `the model has no class ${name}: it has ${classCount}, counted from 0.`,
      );
    }
    thresholds[index] = value;
  }
  const missing = thresholds.findIndex(Number.isNaN);
  if (missing < 0) return thresholds;
  const name = names?.className(missing) ?? null;
  throw badThresholds(
    readFrom,
    `it has none for class ${missing}${name === null ? '' : ` (${name})`}. Add it, or one called '${forOthers}' for all that are not named.`,
  );
}

function badThresholds(location: string, reason: string): UserError {
  return new UserError('bad-thresholds', `The thresholds ${location} cannot be used: ${reason}`);
}

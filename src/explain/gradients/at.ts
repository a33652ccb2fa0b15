/** An entry that is known to exist. @throws RangeError where it does not, which is a bug in a rule */
export function at(values: readonly number[], i: number): number {
  const value = values[i];
  if (value === undefined) throw new RangeError(`no entry ${i} in [${values.join()}]`);
  return value;
}

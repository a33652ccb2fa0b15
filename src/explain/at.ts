/** An entry that is known to exist. @throws RangeError where it does not, which is a bug in the caller */
export function at<T>(values: ArrayLike<T>, i: number): T {
  const value = values[i];
  if (value === undefined) throw new RangeError(`no entry ${i} among ${values.length}`);
  return value;
}

/** Two pictures of one size. @returns the mean and the largest difference of their samples, in levels of 255 @throws Error where sizes differ */
export function pixelDifference(ours: Uint8Array, theirs: Uint8Array): { mean: number; most: number } {
  if (ours.length !== theirs.length) throw new Error(`Sizes differ: ${ours.length} and ${theirs.length} bytes.`);
  let sum = 0;
  let most = 0;
  for (let i = 0; i < ours.length; i++) {
    const difference = Math.abs((ours[i] ?? 0) - (theirs[i] ?? 0));
    sum += difference;
    most = Math.max(most, difference);
  }
  return { mean: sum / ours.length, most };
}

const steps = 7;

/** About the largest strength, from 0 to `most`, up to which more is wanted. */
export function bisected(most: number, isTooLittle: (strength: number) => boolean): number {
  let [low, high] = [0, most];
  for (let step = 0; step < steps; step++) {
    const middle = (low + high) / 2;
    if (isTooLittle(middle)) low = middle;
    else high = middle;
  }
  return high;
}

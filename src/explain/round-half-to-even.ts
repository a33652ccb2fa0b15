/** As Python and IEEE 754 round: 0.5 to 0, 1.5 and 2.5 to 2. */
export function roundHalfToEven(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  if (rest !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}

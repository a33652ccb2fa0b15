/** @returns the number with so many digits, which keeps files short where a picture shows no more */
export function digits(value: number, count: number): number {
  return Number(value.toPrecision(count));
}

/** Places of coefficients in a JPEG's block of 8 x 8, row by row, lowest frequencies first (ITU-T T.81, figure A.6). */
export const zigzag: readonly number[] = Array.from({ length: 64 }, (_, place) => place).sort(
  (a, b) => diagonal(a) - diagonal(b) || (diagonal(a) % 2 === 0 ? b - a : a - b),
);

function diagonal(place: number): number {
  return (place % 8) + Math.floor(place / 8);
}

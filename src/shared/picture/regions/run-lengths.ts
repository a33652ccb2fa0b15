/** Masks as COCO writes them: lengths of runs of cells outside and inside by turns, column by column from the top left. */

/** Lengths from their text form: base 32, five bits a character, lowest first, each but the first two as the difference to the last but one. */
export function decodeRunLengths(text: string): number[] {
  const counts: number[] = [];
  for (let at = 0; at < text.length; ) {
    let value = 0;
    let bits = 0;
    let code: number;
    do {
      code = text.charCodeAt(at) - 48;
      value |= (code & 0x1f) << bits;
      bits += 5;
      at += 1;
    } while ((code & 0x20) !== 0 && at < text.length);
    // The highest bit of the last character is the sign.
    if ((code & 0x10) !== 0 && bits < 32) value |= -1 << bits;
    counts.push(value + (counts.length > 2 ? (counts.at(-2) ?? 0) : 0));
  }
  return counts;
}

/** 1 for cells inside, column by column, `[width, height]`. */
export function fillRuns(counts: readonly number[], cells: number): Uint8Array {
  const mask = new Uint8Array(cells);
  let at = 0;
  counts.forEach((count, turn) => {
    if (turn % 2 === 1) mask.fill(1, at, at + count);
    at += count;
  });
  return mask;
}

/** A stretch along one side of a picture that is resized. It may begin and end within a sample, and reach beyond the picture by less than one. */
export interface Span {
  /** The samples that it touches, as if the picture were cut to them: the first one's place in the picture, and how many. */
  first: number;
  samples: number;
  /** Where it begins, from the edge of its first sample, and how long it is, in samples. */
  start: number;
  length: number;
}

/** @param side of the picture, in samples */
export function spanOf(from: number, length: number, side: number): Span {
  const first = Math.max(Math.floor(from), 0);
  return { first, samples: Math.min(Math.ceil(from + length), side) - first, start: from - first, length };
}

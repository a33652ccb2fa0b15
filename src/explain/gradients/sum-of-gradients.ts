/** What the readers of one tensor send back, added up. */

import type { Builder, Pieces } from '../onnx/builder.ts';

/**
 * The sum of tensors of one shape. Pieces that do not overlap along their axis, as of the gathers that take query, key and value
 * out of one product, are joined: one copy of each value, where adding would write zeros around every piece and read them again.
 */
export function sumOfGradients(build: Builder, terms: readonly string[]): string {
  const groups: { terms: string[]; placed: Pieces | undefined }[] = [];
  for (const term of terms) {
    const placed = build.placedFrom(term);
    const group = groups.find((other) => placed && other.placed && canJoin(other.placed, placed));
    if (placed === undefined || group?.placed === undefined) {
      groups.push({ terms: [term], placed });
      continue;
    }
    group.terms.push(term);
    group.placed = { ...placed, pieces: [...group.placed.pieces, ...placed.pieces] };
  }
  return build.sum(
    groups.map(({ terms: [only = '', ...others], placed }) =>
      placed === undefined || others.length === 0 ? only : build.place(placed),
    ),
  );
}

function canJoin(a: Pieces, b: Pieces): boolean {
  const overlap = a.pieces.some((one) => b.pieces.some((other) => one.start < other.end && other.start < one.end));
  return a.axis === b.axis && !overlap;
}

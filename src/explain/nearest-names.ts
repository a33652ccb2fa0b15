/** Finds what a person may have meant by a name that does not exist. */
import { at } from './at.ts';

/** At most `limit` of `names`, the nearest first, that are close enough to `name` to be worth suggesting. Case is ignored. */
function nearestNames(name: string, names: Iterable<string>, limit = 3): string[] {
  const wanted = name.toLowerCase();
  const tolerance = Math.max(2, Math.floor(wanted.length / 3));
  const found: { candidate: string; distance: number }[] = [];
  for (const candidate of new Set(names)) {
    const other = candidate.toLowerCase();
    // A name that holds the other one whole ('tabby' and 'tabby cat') is near whatever its length.
    const contained = wanted.length > 2 && other.length > 2 && (other.includes(wanted) || wanted.includes(other));
    const distance = editDistance(wanted, other, tolerance);
    if (distance <= tolerance || contained) found.push({ candidate, distance });
  }
  found.sort((a, b) => a.distance - b.distance);
  return found.slice(0, limit).map((entry) => entry.candidate);
}

/** ` Did you mean a, b or c?`, or an empty string when nothing is near: ready to follow a sentence. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const near = nearestNames(name, names);
  if (near.length === 0) return '';
  const last = near[near.length - 1];
  return ` Did you mean ${near.length === 1 ? last : `${near.slice(0, -1).join(', ')} or ${last}`}?`;
}

/** Insertions, deletions, replacements and swaps of neighbours between `a` and `b`; any value above `limit` means "too far". */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, at(beforePrevious, column - 2) + 1);
      }
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, b.length);
}

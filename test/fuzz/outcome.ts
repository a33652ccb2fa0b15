import { UserError } from '../../src/explain/user-error.ts';
import { ImageError } from '../../src/shared/picture/image-error.ts';
import { NumpyError } from '../../src/shared/run/numpy-file.ts';
import { StoreError } from '../../src/shared/store/store.ts';

/** Far above what the largest seed takes, also on a busy machine. */
const limitMilliseconds = 10_000;
/** Pixels and tables of the largest seed take a hundredth of it. */
const limitBytes = 400 * 2 ** 20;

const expected = [UserError, ImageError, NumpyError, StoreError];

/** How many were taken, and how many refused: damage that only ever ends one way tries little. */
export class Outcomes {
  taken = 0;
  refused = 0;
  /** @throws where less than a twentieth of all went one way */
  check(): void {
    const least = (this.taken + this.refused) / 20;
    if (this.taken < least || this.refused < least) {
      throw new Error(
        `Of ${this.taken + this.refused} damaged files ${this.taken} were taken: the damage is too small or too great.`,
      );
    }
  }
}

/**
 * Reads a stranger's bytes. They may be taken, or refused: with null where nothing is found, or an error that says why; nothing else.
 * @throws where the reader fails in another way, or takes more time or memory than such a file can need
 */
export async function readOrRefuse(outcomes: Outcomes, read: () => unknown): Promise<void> {
  const before = process.memoryUsage();
  const begin = performance.now();
  try {
    if ((await read()) === null) outcomes.refused += 1;
    else outcomes.taken += 1;
  } catch (error) {
    outcomes.refused += 1;
    if (!expected.some((kind) => error instanceof kind)) throw error;
    if (error instanceof Error && /NaN|\[object/.test(error.message)) {
      throw new Error(`A message that helps nobody: ${error.message}`, { cause: error });
    }
  }
  const took = performance.now() - begin;
  if (took > limitMilliseconds) throw new Error(`It took ${(took / 1000).toFixed(1)} s.`);
  const after = process.memoryUsage();
  const grown = after.rss - before.rss;
  if (grown > limitBytes) throw new Error(`It took ${(grown / 2 ** 20).toFixed(0)} MiB.`);
}

import { z } from 'zod';
import { UserError } from '../../explain/user-error.ts';
import { scoresPartKey } from '../../shared/run/output-key.ts';
import { doneRecord, quarantinedRecord } from '../../shared/run/record.ts';
import type { PlannedImage, Shard } from '../../shared/run/run-plan.ts';
import type { CountedRecord } from '../../shared/run/tally.ts';
import { type Store, StoreError } from '../../shared/store/store.ts';

const partName = /^scores\/part-(\d{5,})\.jsonl$/;

/** What has to be the same when a run goes on. */
const compared = { key: true, label: true, labels: true, unknown: true } as const;

const committedRecord = z.discriminatedUnion('status', [
  doneRecord.pick({ ...compared, status: true, correct: true }).strip(),
  quarantinedRecord.pick({ ...compared, status: true, error: true }).strip(),
]);

export type CommittedRecord = CountedRecord & PlannedImage;

/**
 * Which shards of a run are done, without a database: a shard is committed when its scores part exists in the output, because
 * the part is written last and whole.
 */
export class LocalLedger {
  readonly #output: Store;
  readonly #committed: Set<number>;

  private constructor(output: Store, committed: Set<number>) {
    this.#output = output;
    this.#committed = committed;
  }

  static async open(output: Store): Promise<LocalLedger> {
    const committed = new Set<number>();
    try {
      for await (const { key } of output.list('scores/part-')) {
        const digits = partName.exec(key)?.[1];
        if (digits !== undefined) committed.add(Number(digits));
      }
    } catch (error) {
      // A folder that nobody has written to yet.
      if (!(error instanceof StoreError && error.code === 'not-found')) throw error;
    }
    return new LocalLedger(output, committed);
  }

  get shards(): number {
    return this.#committed.size;
  }

  has(shard: Shard): boolean {
    return this.#committed.has(shard.number);
  }

  /** Called after the part is stored. */
  commit(shard: Shard): void {
    this.#committed.add(shard.number);
  }

  /**
   * The records of a committed shard, in its order.
   * @throws UserError `damaged-output` when the part cannot be read as records, `input-changed` when they are of other images or labels
   */
  async recordsOf(shard: Shard): Promise<CommittedRecord[]> {
    const key = scoresPartKey(shard.number);
    const text = (await this.#output.get(key)).toString('utf8');
    const records = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line, index) => this.#parse(line, `${key}, line ${index + 1}`));
    const same = records.length === shard.images.length && shard.images.every((image, i) => isSame(image, records[i]));
    if (!same) {
      throw new UserError(
        'input-changed',
        `Cannot resume: ${key} in ${this.#output.location} was written for other images or labels than the input lists now ` +
          `(${describeDifference(shard.images, records)}). Restore the input as it was, or start a new run with another --output.`,
      );
    }
    return records;
  }

  #parse(line: string, place: string): CommittedRecord {
    try {
      return committedRecord.parse(JSON.parse(line));
    } catch (cause) {
      throw new UserError(
        'damaged-output',
        `Cannot resume: ${place} in ${this.#output.location} is not a record. Delete that file to have its shard done again.`,
        { cause },
      );
    }
  }
}

function describeDifference(planned: PlannedImage[], written: PlannedImage[]): string {
  const index = planned.findIndex((image, i) => !isSame(image, written[i]));
  if (index === -1) return `${written.length} images then, ${planned.length} now`;
  const describe = (image: PlannedImage | undefined) =>
    image === undefined ? 'nothing' : `${JSON.stringify(image.key)} with ${labelText(image)}`;
  return `image ${index + 1}: ${describe(written[index])} then, ${describe(planned[index])} now`;
}

function isSame(planned: PlannedImage, written: PlannedImage | undefined): boolean {
  if (written?.key !== planned.key || written.label !== planned.label) return false;
  const same = (a: PlannedImage['labels'], b: PlannedImage['labels']) => JSON.stringify(a) === JSON.stringify(b);
  return same(planned.labels, written.labels) && same(planned.unknown, written.unknown);
}

function labelText({ label, labels, unknown }: PlannedImage): string {
  if (labels === undefined) return label === null ? 'no label' : `label ${label}`;
  if (labels === null) return 'no labels';
  const known = labels.length === 0 ? 'none of the classes' : `labels ${labels.join(', ')}`;
  return unknown === undefined ? known : `${known} (unknown: ${unknown.join(', ')})`;
}

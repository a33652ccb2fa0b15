/** The scores parts of an output: which shards are done, and what their records count as. */

import { z } from 'zod';
import { UserError } from '../explain/user-error.ts';
import type { ImageOutcome } from '../shared/ledger/settle-shard.ts';
import { scoresPartKey } from '../shared/run/output-key.ts';
import { doneRecord, quarantinedRecord } from '../shared/run/record.ts';
import type { Store } from '../shared/store/store.ts';

const partName = /^scores\/part-(\d{5,})\.jsonl$/;

const recordShape = z.discriminatedUnion('status', [
  doneRecord.pick({ status: true, key: true, correct: true }).strip(),
  quarantinedRecord.pick({ status: true, key: true, error: true }).strip(),
]);

/** The numbers of the shards that have a scores part; a listing, so memory does not grow with them. */
export async function* storedShards(output: Store): AsyncGenerator<number> {
  for await (const { key } of output.list('scores/part-')) {
    const digits = partName.exec(key)?.[1];
    if (digits !== undefined) yield Number(digits);
  }
}

/** What is counted of a stored shard, in its order. @throws UserError `damaged-output`; StoreError */
export async function storedOutcomes(output: Store, shard: number): Promise<ImageOutcome[]> {
  const key = scoresPartKey(shard);
  const text = (await output.get(key)).toString('utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line, index) => {
    try {
      return recordShape.parse(JSON.parse(line));
    } catch (cause) {
      throw new UserError(
        'damaged-output',
        `${key}, line ${index + 1} in ${output.location} is not a record. Delete that file and run gradline recover ` +
          `${output.location} to have its shard done again.`,
        { cause },
      );
    }
  });
}

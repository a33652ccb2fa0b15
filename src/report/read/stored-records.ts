/** The records of an output, shard by shard. */

import { UserError } from '../../explain/user-error.ts';
import { scoresPartKey } from '../../shared/run/output-key.ts';
import { type ImageRecord, imageRecordSchema } from '../../shared/run/record.ts';
import { retryTransient } from '../../shared/store/retry.ts';
import type { Store } from '../../shared/store/store.ts';
import { listParts } from './list-parts.ts';

export interface StoredShard {
  shard: number;
  /** In the order of the lines of its scores part. */
  records: ImageRecord[];
}

/** Ascending by shard; memory holds one at a time. @throws UserError `damaged-output`; StoreError */
export async function* storedRecords(output: Store): AsyncGenerator<StoredShard> {
  for (const { shard } of await listParts(output)) yield { shard, records: await readShard(output, shard) };
}

async function readShard(output: Store, shard: number): Promise<ImageRecord[]> {
  const key = scoresPartKey(shard);
  const text = (await retryTransient(() => output.get(key))).toString('utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line, index) => {
    try {
      return imageRecordSchema.parse(JSON.parse(line));
    } catch (cause) {
      throw new UserError(
        'damaged-output',
        `${key}, line ${index + 1} in ${output.location} is not a record. Delete that file and go on with --resume to have its shard done again.`,
        { cause },
      );
    }
  });
}

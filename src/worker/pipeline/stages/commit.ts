import type { RunConfiguration } from '../../../shared/run/configuration.ts';
import { evidencePartKey, imageScoreKey, scoresPartKey } from '../../../shared/run/output-key.ts';
import type { ImageRecord } from '../../../shared/run/record.ts';
import type { Shard } from '../../../shared/run/run-plan.ts';
import type { RetryPolicy } from '../../../shared/store/retry.ts';
import type { Store } from '../../../shared/store/store.ts';
import { encodeEvidencePart } from '../evidence/evidence-part.ts';
import type { EvidenceRow } from '../evidence/evidence-row.ts';
import { putFile } from './store.ts';

/** Who is told that a shard is done, after everything of it is stored. */
export interface ShardLedger {
  commit(shard: Shard, records: ImageRecord[]): void | Promise<void>;
}

/** How many record objects are written at once. */
const concurrentWrites = 16;

/** A shard all of whose images have their record. */
export interface SettledShard {
  shard: Shard;
  /** In the shard's order. */
  records: ImageRecord[];
  /** One entry for each record; null where an image has none. */
  evidence: (EvidenceRow[] | null)[];
}

/**
 * Last stage. Overlays and maps are stored already; then come the records as objects of their own (when asked for), the evidence
 * and the scores part, and the ledger. The part is written whatever `scores` says: its existence is what makes the shard committed.
 */
export async function commitShard(
  { shard, records, evidence }: SettledShard,
  output: Store,
  scores: RunConfiguration['scores'],
  ledger: ShardLedger,
  retries: RetryPolicy,
): Promise<void> {
  if (scores !== 'shard') await storeImageScores(records, output, retries);
  const part = encodeEvidencePart(evidence);
  if (part !== null) {
    const key = evidencePartKey(shard.number);
    await putFile({ key, body: part, contentType: 'application/zip' }, output, retries);
  }
  const body = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  await putFile({ key: scoresPartKey(shard.number), body, contentType: 'application/x-ndjson' }, output, retries);
  await ledger.commit(shard, records);
}

async function storeImageScores(records: ImageRecord[], output: Store, retries: RetryPolicy): Promise<void> {
  // A key that could leave the output folder has no object of its own; its record is in the part.
  const writable = records.filter((record) => record.status === 'done' || record.error.code !== 'bad-key');
  for (let start = 0; start < writable.length; start += concurrentWrites) {
    const writes = writable.slice(start, start + concurrentWrites).map((record) => {
      const body = `${JSON.stringify(record, null, 2)}\n`;
      return putFile({ key: imageScoreKey(record.key), body, contentType: 'application/json' }, output, retries);
    });
    await Promise.all(writes);
  }
}

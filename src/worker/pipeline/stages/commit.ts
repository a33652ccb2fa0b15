import type { MapShape } from '../../../explain/explanation.ts';
import type { RunConfiguration } from '../../../shared/run/configuration.ts';
import { evidencePartKey, imageScoreKey, scoresPartKey } from '../../../shared/run/output-key.ts';
import type { ImageRecord } from '../../../shared/run/record.ts';
import type { RetryPolicy } from '../../../shared/store/retry.ts';
import type { Store } from '../../../shared/store/store.ts';
import { encodeEvidencePart } from '../evidence/evidence-part.ts';
import type { CommitOrder } from '../pixels/image-work.ts';
import { putFile } from './store.ts';

/** How many record objects are written at once. */
const concurrentWrites = 16;

/**
 * The files of a shard. Overlays and maps are stored already; then come the records as objects of their own (when asked for), the evidence
 * and the scores part. The part is written whatever `scores` says: its existence is what makes the shard committed.
 * @param maps of every image
 */
export async function storeShard(
  { shard, lines, evidence }: CommitOrder,
  maps: readonly MapShape[],
  output: Store,
  scores: RunConfiguration['scores'],
  retries: RetryPolicy,
): Promise<void> {
  if (scores !== 'shard') await storeImageScores(lines, output, retries);
  const part = encodeEvidencePart(maps, evidence);
  if (part !== null) {
    const key = evidencePartKey(shard);
    await putFile({ key, body: part, contentType: 'application/zip' }, output, retries);
  }
  const body = lines.map((line) => `${line}\n`).join('');
  await putFile({ key: scoresPartKey(shard), body, contentType: 'application/x-ndjson' }, output, retries);
}

async function storeImageScores(lines: readonly string[], output: Store, retries: RetryPolicy): Promise<void> {
  const records = lines.map((line): ImageRecord => JSON.parse(line));
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

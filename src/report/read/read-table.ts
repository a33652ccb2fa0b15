/** All records of a run's output as one table. */

import { availableParallelism } from 'node:os';
import type { Store } from '../../shared/store/store.ts';
import { threadFile } from '../../shared/threads/thread-file.ts';
import { listParts, type ScoresPart } from './list-parts.ts';
import { readGroups } from './read-groups.ts';
import { readInThreads } from './read-threads.ts';
import type { RunTable } from './run-table.ts';

const builtThread = threadFile('read-thread', import.meta.url);
const mostThreads = 8;
/** JSON that is read at once, in bytes: enough to hide a bucket's answer time, and little beside the table. */
const groupBytes = 4 << 20;
/** Below so many bytes a thread takes longer to start than to be of use. */
const threadBytes = 32 << 20;

/**
 * Rows of all shards that have a scores part, so of unfinished runs too, in the order of shards and lines. The same bytes give the
 * same table. From built files large outputs are read by as many threads as there are cores.
 * @throws UserError `damaged-output` when a part is not made of records; StoreError
 */
export async function readRunTable(output: Store): Promise<RunTable> {
  const parts = await listParts(output);
  const groups = groupParts(parts);
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  if (builtThread !== null && bytes >= threadBytes) {
    const threads = Math.min(availableParallelism(), mostThreads);
    return readInThreads(builtThread, { output: output.location, groups }, threads);
  }
  return readGroups(output, groups);
}

function groupParts(parts: readonly ScoresPart[]): number[][] {
  const groups: number[][] = [];
  let bytesInGroup = Number.POSITIVE_INFINITY;
  for (const { shard, bytes } of parts) {
    if (bytesInGroup + bytes > groupBytes) {
      groups.push([]);
      bytesInGroup = 0;
    }
    groups.at(-1)?.push(shard);
    bytesInGroup += bytes;
  }
  return groups;
}

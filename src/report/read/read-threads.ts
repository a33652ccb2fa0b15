import { inThread } from '../../shared/threads/in-thread.ts';
import { joinTables } from './join-tables.ts';
import { type ReadOrder, readGroupsAt } from './read-groups.ts';
import type { RunTable } from './run-table.ts';

/**
 * `readGroupsAt` in threads of their own, each of which opens the output for itself and reads neighbouring groups.
 * @throws as `readParts`; then the other threads are ended
 */
export async function readInThreads(file: URL, { output, groups }: ReadOrder, threads: number): Promise<RunTable> {
  const kind = { file, name: 'gradline-read', title: 'A reading thread' };
  const stop = new AbortController();
  const share = Math.ceil(groups.length / threads);
  const readings: Promise<RunTable>[] = [];
  for (let from = 0; from < groups.length; from += share) {
    const order = { output, groups: groups.slice(from, from + share) };
    readings.push(inThread(kind, readGroupsAt, order, stop.signal));
  }
  try {
    return joinTables(await Promise.all(readings));
  } finally {
    stop.abort();
    await Promise.allSettled(readings);
  }
}

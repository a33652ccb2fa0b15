import { openStore } from '../../shared/store/open-store.ts';
import type { Store } from '../../shared/store/store.ts';
import { joinTables } from './join-tables.ts';
import { readParts } from './read-parts.ts';
import type { RunTable } from './run-table.ts';

/** Rows of groups of shards, in the order given: the text of one group at a time is in memory. @throws as `readParts` */
export async function readGroups(output: Store, groups: readonly number[][]): Promise<RunTable> {
  const tables: RunTable[] = [];
  for (const shards of groups) tables.push(await readParts(output, shards));
  return joinTables(tables);
}

export interface ReadOrder {
  /** Location of the run's output. */
  output: string;
  groups: readonly number[][];
}

/** @throws as `readParts` */
export async function readGroupsAt({ output: location, groups }: ReadOrder): Promise<RunTable> {
  const output = await openStore(location);
  try {
    return await readGroups(output, groups);
  } finally {
    await output.close();
  }
}

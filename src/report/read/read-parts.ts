/** Scores parts into columns. */

import { UserError } from '../../explain/user-error.ts';
import { scoresPartKey } from '../../shared/run/output-key.ts';
import { retryTransient } from '../../shared/store/retry.ts';
import type { Store } from '../../shared/store/store.ts';
import { parseRecordLine, type RecordLine } from './record-line.ts';
import type { RunTable } from './run-table.ts';
import { TableBuilder } from './table-builder.ts';

/**
 * Rows of some shards, in the order given. All of their text is in memory meanwhile.
 * @throws UserError `damaged-output` when a part is not made of records; StoreError
 */
export async function readParts(output: Store, shards: readonly number[]): Promise<RunTable> {
  const parts = await Promise.all(shards.map(async (shard) => ({ shard, lines: await readLines(output, shard) })));
  const builder = new TableBuilder(parts.reduce((sum, { lines }) => sum + lines.length, 0));
  for (const { shard, lines } of parts) {
    for (const [line, text] of lines.entries()) builder.add(parseLine(text, shard, line, output), shard, line);
  }
  return builder.finish();
}

async function readLines(output: Store, shard: number): Promise<string[]> {
  const text = (await retryTransient(() => output.get(scoresPartKey(shard)))).toString('utf8');
  return text.split('\n').filter((line) => line !== '');
}

function parseLine(text: string, shard: number, line: number, output: Store): RecordLine {
  try {
    return parseRecordLine(text);
  } catch (cause) {
    throw new UserError(
      'damaged-output',
      `${scoresPartKey(shard)}, line ${line + 1} in ${output.location} is not a record. ` +
        'Delete that file and go on with --resume to have its shard done again.',
      { cause },
    );
  }
}

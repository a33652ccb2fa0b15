/** All scores parts of a run as one table, and their counts. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { lastLayer } from '../../../explain/layers/hooked-layers.ts';
import { UserError } from '../../../explain/user-error.ts';
import { BlankMapsTally } from '../../../shared/run/blank-maps.ts';
import { runConfigurationSchema } from '../../../shared/run/configuration.ts';
import { FaithfulnessTally } from '../../../shared/run/faithfulness-summary.ts';
import { MultiLabelTally, thresholdsFile } from '../../../shared/run/multi-label-summary.ts';
import { scoresPartKey } from '../../../shared/run/output-key.ts';
import { readPlanClasses } from '../../../shared/run/plan-files.ts';
import { mapRecord } from '../../../shared/run/record.ts';
import { RegionTally } from '../../../shared/run/region-summary.ts';
import { type MapFindings, readRunFile } from '../../../shared/run/run-file.ts';
import { count, emptyTally, type Tally } from '../../../shared/run/tally.ts';
import { openStore } from '../../../shared/store/open-store.ts';
import { retryTransient } from '../../../shared/store/retry.ts';
import type { Store } from '../../../shared/store/store.ts';
import { mapInOrder } from '../../../shared/threads/map-in-order.ts';
import type { AnswerSign } from '../run-warnings.ts';
import { SameScores } from '../same-scores.ts';
import { ShiftedLabels } from '../shifted-labels.ts';
import { ScoreFile } from './score-file.ts';
import { parseRecord, type StoredRecord } from './score-table.ts';

const scoreTableKey = 'scores/scores.parquet';
/** What `--threshold best-f1` chose, for `--threshold` of other runs. */
const thresholdsKey = 'thresholds.json';

/** How the run decides, of run.json. */
const decidedBy = z.object({ configuration: runConfigurationSchema.pick({ multiLabel: true, threshold: true }) });
const oneLabel: z.infer<typeof decidedBy>['configuration'] = {};

export interface MergeOrder {
  /** Location of the run's output. */
  output: string;
  /** Shards of the plan. */
  shards: number;
  /** Those that have no records, in ascending order. */
  missing: readonly number[];
  /** By index, where the plan does not hold them. */
  classNames?: readonly string[] | null;
}

export interface MergedScores {
  tally: Tally;
  findings: MapFindings;
  /** What the answers give away of a wrong set-up, in words. */
  signs: Partial<Record<AnswerSign, string>>;
}

/** Parts that are read ahead. */
const readAhead = 16;

/**
 * Reads the parts in order, writes `scores/scores.parquet` and counts. Doing it again gives the same bytes. Memory does not
 * grow with the number of images; the table takes its size in the folder for temporary files.
 *
 * @throws UserError `damaged-output` when a part is not made of records; StoreError
 */
export async function mergeScores({
  output: location,
  shards,
  missing,
  classNames,
}: MergeOrder): Promise<MergedScores> {
  const output = await openStore(location);
  const folder = await mkdtemp(join(tmpdir(), 'gradline-'));
  try {
    const path = join(folder, 'scores.parquet');
    const { multiLabel, threshold } = await retryTransient(() =>
      readRunFile(output, decidedBy, () => ({ configuration: oneLabel })),
    ).then(({ configuration }) => configuration);
    const names = classNames ?? (await retryTransient(() => readPlanClasses(output)))?.names ?? null;
    const file = new ScoreFile(path, multiLabel === true);
    const pairs = multiLabel === true ? new MultiLabelTally(threshold, names) : null;
    const tally = emptyTally();
    const findings = new FindingsTally();
    const answers = new AnswersTally();
    for await (const lines of mapInOrder(numbers(shards, missing), readAhead, (shard) => readPart(output, shard))) {
      for (const { record, bytes } of lines) {
        count(tally, record);
        findings.add(record);
        answers.add(record);
        if (record.status === 'done') pairs?.add(record);
        await file.add(record, bytes);
      }
    }
    await file.finish();
    await retryTransient(() => output.putFile(scoreTableKey, path, 'application/vnd.apache.parquet'));
    const summary = pairs?.summary ?? null;
    const { signs } = answers;
    if (summary === null) return { tally, findings: findings.result, signs };
    if (threshold === 'best-f1') {
      await retryTransient(() => output.put(thresholdsKey, thresholdsFile(summary, names), 'application/json'));
    }
    return { tally, findings: { ...findings.result, multiLabel: summary }, signs };
  } finally {
    await rm(folder, { recursive: true, force: true });
    await output.close();
  }
}

const namedMap = mapRecord.pick({ layer: true, resolvedLayer: true }).strip();

/** What the records say of their maps: of which layer they are, whether they are blank, and what was measured. */
class FindingsTally {
  /** Every record of a run says the same: undefined until the first. */
  #lastLayer: string | null | undefined;
  readonly #blank = new BlankMapsTally();
  readonly #faithfulness = new FaithfulnessTally();
  readonly #regions = new RegionTally();

  add(record: StoredRecord): void {
    if (record.status !== 'done') return;
    if (this.#lastLayer === undefined) {
      const named = record.maps.map((map) => namedMap.parse(map));
      this.#lastLayer = named.find(({ layer }) => layer === lastLayer)?.resolvedLayer ?? null;
    }
    this.#blank.add(record);
    this.#faithfulness.add(record);
    this.#regions.add(record);
  }

  get result(): MapFindings {
    const [blankMaps, faithfulness, regions] = [this.#blank.summary, this.#faithfulness.summary, this.#regions.summary];
    return {
      ...(this.#lastLayer == null ? {} : { lastLayer: this.#lastLayer }),
      ...(blankMaps === null ? {} : { blankMaps }),
      ...(faithfulness === null ? {} : { faithfulness }),
      ...(regions === null ? {} : { regions }),
    };
  }
}

/** What the first answers say of the run's set-up, in the order of the plan. */
class AnswersTally {
  readonly signs: MergedScores['signs'] = {};
  readonly #same = new SameScores();
  readonly #shifted = new ShiftedLabels();

  add(record: StoredRecord): void {
    if (record.status !== 'done') return;
    const { label, labels, predicted, top } = record;
    const same = this.#same.see(top);
    if (same !== undefined) this.signs['same-scores'] = same;
    const shifted = label === null || labels !== undefined ? undefined : this.#shifted.see(label, predicted);
    if (shifted !== undefined) this.signs['shifted-labels'] = shifted;
  }
}

async function* numbers(shards: number, missing: readonly number[]): AsyncGenerator<number> {
  const left = new Set(missing);
  for (let shard = 0; shard < shards; shard += 1) {
    if (!left.has(shard)) yield shard;
  }
}

async function readPart(output: Store, shard: number): Promise<{ record: StoredRecord; bytes: number }[]> {
  const key = scoresPartKey(shard);
  const text = (await retryTransient(() => output.get(key))).toString('utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line, index) => {
    try {
      return { record: parseRecord(line), bytes: line.length };
    } catch (cause) {
      throw new UserError(
        'damaged-output',
        `${key}, line ${index + 1} in ${output.location} is not a record. Restore the file, or delete it and have its shard done again.`,
        { cause },
      );
    }
  });
}

/** A run's report: findings, lists for whoever goes on with them, and the page. */

import { openStore } from '../shared/store/open-store.ts';
import { retryTransient } from '../shared/store/retry.ts';
import type { Store } from '../shared/store/store.ts';
import { changesSince } from './changes-since.ts';
import type { Findings } from './contract.ts';
import type { RunDiff } from './diff/contract.ts';
import { collectionCsv } from './export/collection-csv.ts';
import { mistakesWithGroups, pairMistakeRows } from './export/mistake-rows.ts';
import { writeMistakeTable, writePairMistakeTable } from './export/mistake-table.ts';
import { putMadeFile, putText } from './export/put-made-file.ts';
import type { NetworkAccess } from './interventions/asked-clusters.ts';
import { writeProofs } from './interventions/proof-files.ts';
import { type AskOrder, RunAccess } from './interventions/run-access.ts';
import { makeFindings } from './make-findings.ts';
import { type WrittenPage, writePage } from './page/write-page.ts';
import type { RunTable } from './read/run-table.ts';

/** Output keys of a report. */
const reportKeys = {
  findings: 'report/findings.json',
  collect: 'report/collect.csv',
  collectImages: 'report/collect-images.csv',
  mistakes: 'report/mistakes.jsonl',
  mistakeTable: 'report/mistakes.parquet',
  diff: 'report/diff.json',
} as const;

export interface ReportOrder {
  /** Location of the run's output. */
  output: string;
  /** Location of the output of a run over the training set. Default: none. */
  reference?: string | null;
  /** Location of an earlier run's output, to tell what changed since then. Default: none. */
  since?: string | null;
  /** Default: as run.json says. */
  ask?: AskOrder;
}

export interface MadeReport {
  findings: Findings;
  /** Null without an earlier run. */
  diff: RunDiff | null;
  page: WrittenPage;
}

/** Other outputs that a report looks at. */
export interface ReportSources {
  /** Of a run over the training set. Default: none. */
  reference?: Store | null;
  /** Of an earlier run over the same images. Default: none. */
  since?: Store | null;
  /** The run's network, to test causes on. Default: it is not asked. */
  network?: NetworkAccess;
}

/** @throws as `makeReport`; UserError `bad-location` */
export async function makeReportAt({
  output: location,
  reference = null,
  since = null,
  ask,
}: ReportOrder): Promise<MadeReport> {
  const stores: Store[] = [];
  const open = async (location: string) => {
    const store = await openStore(location);
    stores.push(store);
    return store;
  };
  try {
    const output = await open(location);
    await using network = new RunAccess(output, ask);
    return await makeReport(output, {
      network,
      reference: reference === null ? null : await open(reference),
      since: since === null ? null : await open(since),
    });
  } finally {
    for (const store of stores) await store.close();
  }
}

/**
 * Writes `report/` beside the results. The same outputs give the same bytes, so a later report takes the place of an earlier one.
 * @throws UserError `no-run`, `no-records`, `damaged-output`, `classes-differ`, `nothing-in-common`; StoreError
 */
export async function makeReport(
  output: Store,
  { reference = null, since = null, network }: ReportSources = {},
): Promise<MadeReport> {
  const { findings, table, files, see } = await makeFindings(output, {
    ...(reference === null ? {} : { reference }),
    ...(network === undefined ? {} : { network }),
  });
  const changes = since && (await changesSince(since, output, table));
  const put = (key: string, body: string, contentType: string) =>
    retryTransient(() => output.put(key, body, contentType));
  await writeProofs(output, files);
  await put(reportKeys.findings, `${JSON.stringify(findings)}\n`, 'application/json');
  const { items, images } = collectionCsv(findings);
  await put(reportKeys.collect, items, 'text/csv; charset=utf-8');
  await put(reportKeys.collectImages, images, 'text/csv; charset=utf-8');
  await writeMistakes(output, findings, table);
  if (changes) await put(reportKeys.diff, `${JSON.stringify(changes.diff)}\n`, 'application/json');
  else await retryTransient(() => output.delete(reportKeys.diff));
  return { findings, diff: changes?.diff ?? null, page: await writePage(output, { findings, changes, see }) };
}

/** Twice: a line each, and as a table. */
async function writeMistakes(output: Store, findings: Findings, table: RunTable): Promise<void> {
  const isOfPairs = findings.multiLabel !== undefined;
  const lines = isOfPairs ? pairMistakeRows(findings, table) : mistakesWithGroups(findings, table);
  await putText(output, reportKeys.mistakes, 'application/jsonl', jsonLines(lines));
  await putMadeFile(output, reportKeys.mistakeTable, 'application/vnd.apache.parquet', (path) =>
    isOfPairs
      ? writePairMistakeTable(path, pairMistakeRows(findings, table))
      : writeMistakeTable(path, mistakesWithGroups(findings, table)),
  );
}

function* jsonLines(rows: Iterable<object>): Generator<string> {
  for (const row of rows) yield `${JSON.stringify(row)}\n`;
}

/** The whole of `gradline text`: read, tokenise, explain, write. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClassNames } from '../explain/class-names.ts';
import { UserError } from '../explain/user-error.ts';
import { readClassNames } from '../shared/run/class-names.ts';
import { thresholdsFile } from '../shared/run/multi-label-summary.ts';
import { thresholdsByNames } from '../shared/run/thresholds.ts';
import { openStore } from '../shared/store/open-store.ts';
import { explainRows } from './explain-rows.ts';
import type { TextFindings } from './findings/contract.ts';
import { RecordLines } from './findings/record-lines.ts';
import { TextFindingsBuilder } from './findings/text-findings.ts';
import { findingsFiles, writeFindings } from './findings/write-findings.ts';
import type { TextExplainerOptions } from './options.ts';
import { TextPage } from './page/text-page.ts';
import { readTexts, type TextRow } from './read-texts.ts';
import type { TextRunSettings } from './settings.ts';
import { writeSettings } from './settings-file.ts';
import { type TextSummary, TextTally } from './tally.ts';
import { TextExplainer } from './text-explainer.ts';
import { readLabelledTexts, readTextLabels } from './text-labels.ts';
import type { TextDecisions } from './text-record.ts';
import { TextTokenizer } from './tokenizer.ts';

const recordsKey = 'relevance.jsonl';
const pageKey = 'relevance.html';
const thresholdsKey = 'thresholds.json';

/** Findings on words that the summary has. */
const wordsTold = 3;

/** Texts in memory at once, so that any number takes little. */
const windowSize = 2048;

/**
 * @param onProgress told how many texts are explained
 * @throws UserError when there is no text, when none could be explained, and as its parts do; StoreError
 */
export async function explainTexts(
  given: TextRunSettings,
  onProgress: (texts: number) => void = () => {},
): Promise<TextSummary> {
  const started = Date.now();
  const output = await openStore(given.output);
  const folder = await mkdtemp(join(tmpdir(), 'gradline-'));
  try {
    const tokenizer = await TextTokenizer.open(given.tokenizer);
    const classNames = given.classes === null ? null : await readClassNames(given.classes);
    const labels = await readTextLabels(given, classNames);
    const settings: TextRunSettings = labels === null ? given : { ...given, multiLabel: true };
    const decisions: TextDecisions | undefined =
      labels === null
        ? undefined
        : { thresholds: thresholdsByNames(given.threshold, classNames), targets: given.targets };
    await using explainer = await TextExplainer.open({
      ...explainerOptions(settings, tokenizer, classNames),
      ...(decisions === undefined ? {} : { thresholds: decisions.thresholds }),
    });
    const page = new TextPage(settings);
    const tally = new TextTally(labels === null ? null : { threshold: given.threshold, classNames });
    const lines = new RecordLines(join(folder, recordsKey));
    const findings = new TextFindingsBuilder();
    const parts = { explainer, tokenizer };
    const texts = labels === null ? readTexts(given.input, given.textColumn) : readLabelledTexts(given, labels);
    let explained = 0;
    const onExplained = (count: number) => {
      explained += count;
      onProgress(explained);
    };
    for await (const rows of windows(texts)) {
      const records = await explainRows(rows, parts, classNames, onExplained, decisions);
      await lines.add(records);
      for (const record of records) {
        page.add(record);
        tally.add(record);
        findings.add(record);
      }
    }
    if (tally.done === 0) throw nothingDone(settings.input, tally);
    await output.putFile(recordsKey, lines.path, 'application/x-ndjson');
    await output.put(pageKey, page.html(tally.texts), 'text/html; charset=utf-8');
    const warnings = [...(labels?.table?.warnings ?? []), ...(labels?.table?.notices ?? []), ...explainer.warnings];
    const counts = tally.summary();
    const found = findings.finish({
      ...{ model: settings.model, input: settings.input, threshold: settings.threshold },
      thresholds: counts.multiLabel?.thresholds ?? null,
      classNames: classNames?.names ?? null,
    });
    const summary = {
      ...counts,
      ...(found === null ? {} : { findings: summaryOf(await writeFindings(output, found, lines, settings)) }),
      ...(warnings.length === 0 ? {} : { warnings }),
      seconds: (Date.now() - started) / 1000,
      output: settings.output,
    };
    if (settings.threshold === 'best-f1' && summary.multiLabel !== undefined) {
      const content = thresholdsFile(summary.multiLabel, classNames?.names ?? null);
      await output.put(thresholdsKey, content, 'application/json');
    }
    await writeSettings(output, settings, summary);
    return summary;
  } finally {
    await output.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function summaryOf({ words, mistakes, multiLabel }: TextFindings): NonNullable<TextSummary['findings']> {
  return {
    page: findingsFiles.page,
    mistakes: (multiLabel?.mistakes ?? mistakes).length,
    words: words.slice(0, wordsTold).map(({ sentence }) => sentence),
  };
}

function explainerOptions(
  settings: TextRunSettings,
  tokenizer: TextTokenizer,
  classes: ClassNames | null,
): TextExplainerOptions {
  const { model, methods, targets, steps, baseline, batchSize, scoreActivation, layer, padTo, threads, exactLengths } =
    settings;
  const maxLength = settings.maxLength ?? tokenizer.maxLength;
  return {
    model,
    methods,
    targets,
    steps,
    baseline,
    batchSize,
    scoreActivation,
    exactLengths,
    padId: tokenizer.padId,
    providers: [settings.provider],
    ...(layer === null ? {} : { layer }),
    ...(padTo === null ? {} : { padTo }),
    ...(threads === null ? {} : { threads }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(classes === null ? {} : { classNames: [...classes.names] }),
    ...(classes?.ids == null ? {} : { classIds: [...classes.ids] }),
  };
}

async function* windows(rows: AsyncIterable<TextRow>): AsyncGenerator<TextRow[]> {
  let window: TextRow[] = [];
  for await (const row of rows) {
    window.push(row);
    if (window.length < windowSize) continue;
    yield window;
    window = [];
  }
  if (window.length > 0) yield window;
}

function nothingDone(input: string, { texts, firstFailure }: TextTally): UserError {
  if (firstFailure === undefined) {
    return new UserError('no-texts', `There is no text in '${input}'. Give a file with one text a line, or a list.`);
  }
  return new UserError(
    firstFailure.code,
    `None of the ${texts} texts could be explained; the first: ${firstFailure.message}`,
  );
}

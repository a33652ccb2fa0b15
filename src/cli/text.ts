import type { Command } from 'commander';
import { scoreActivations } from '../explain/options.ts';
import type { MultiLabelSummary } from '../shared/run/multi-label-summary.ts';
import type { TextRunSettings } from '../text/settings.ts';
import type { TextSummary } from '../text/tally.ts';
import { exitCode } from './exit-code.ts';
import type { SeveralLabelsFlags } from './several-labels.ts';

const notes = `
A .txt file has one text a line, a .csv file a column and a .jsonl file a field of that name; both may have key and label.
Several labels a text: rows with the same key and text, 'a|b' in a cell, lists in JSON lines, or a column for each class.

Writes relevance.jsonl, relevance.html and settings.json into --output; where texts have labels also findings.html and findings.json:
accuracy, classes, confusions, words that are taken for a class, and the surest mistakes with their words.

Exit codes: 0 all texts explained; 1 some texts failed; 2 usage, model or input; 3 the run could not go on.

Example:
  gradline text reviews.csv --model model.onnx --tokenizer tokenizer.json --classes config.json --output out
`;

export function addTextCommand(program: Command): void {
  program
    .command('text')
    .summary('explain the texts of a file: which words speak for a class')
    .description('Explains texts with a text classifier in ONNX: relevance of each token, as JSON lines and as a page.')
    .argument('<input>', 'texts: .txt, .csv or .jsonl, or - for standard input')
    .requiredOption('--model <file>', 'ONNX file of the classifier: token ids in, class scores out')
    .requiredOption('--tokenizer <file>', "the model's tokenizer.json (Hugging Face tokenizers)")
    .requiredOption('--output <place>', 'folder or s3:// address for the results')
    .option('--classes <file>', "names of the classes: as for gradline run, or a Hugging Face model's config.json")
    .option('--method <names>', 'integrated-gradients, grad-x-input', 'integrated-gradients')
    .option(
      '--target <names>',
      'predicted, label, class:<index or name>, class:<a>-vs-<b>, top:<k>; multi-label also false-positives, false-negatives (default: predicted)',
      joinLists,
    )
    .option('--multi-label', 'a text may have several labels, or none (default: where the labels say so)')
    .option('--no-multi-label', 'each text has one label, whatever the labels say')
    .option(
      '--threshold <which>',
      'multi-label: score from which a class is decided: a number, a file with one for each class, or best-f1 (default: 0.5)',
    )
    .option('--label-separator <text>', 'multi-label: what stands between the labels of one cell (default: |)')
    .option(
      '--label-values <yes,no,unknown>',
      'multi-label: what the cells mean where each class has a column (default: 1,0,-1; 1,-1 where no cell is 0)',
    )
    .option('--layer <name>', 'where relevance is taken (default: the embedding table of the token ids)')
    .option('--steps <n>', 'points of integrated gradients', '32')
    .option('--baseline <name>', 'what integrated gradients start from: zero, pad', 'zero')
    .option('--max-length <n>', "most tokens of a text (default: what the tokenizer's files say, else 512)")
    .option('--pad-to <n>', 'pad shorter texts to so many tokens')
    .option('--exact-lengths', 'pad nothing: for models that read padding in spite of their mask')
    .option('--text-column <name>', 'column or field that holds the text', 'text')
    .option('--page-texts <n>', 'most texts on the page', '500')
    .option('--score-activation <name>', scoreActivations.join(', '), 'auto')
    .option('--batch-size <n>', 'texts in one session run', '8')
    .option('--provider <name>', 'ONNX Runtime execution provider: cpu, cuda, coreml, ...', 'cpu')
    .option('--threads <n>', 'threads inside one operator (default: one a core)')
    .option('--json', 'print progress and summary as JSON lines')
    .option('--quiet', 'print nothing but errors')
    .addHelpText('after', notes)
    .action(textAction);
}

interface TextFlags extends SeveralLabelsFlags {
  model: string;
  tokenizer: string;
  output: string;
  classes?: string;
  method: string;
  target?: string;
  layer?: string;
  steps: string;
  baseline: string;
  maxLength?: string;
  padTo?: string;
  exactLengths?: boolean;
  textColumn: string;
  pageTexts: string;
  scoreActivation: string;
  batchSize: string;
  provider: string;
  threads?: string;
  json?: boolean;
  quiet?: boolean;
}

async function textAction(input: string, flags: TextFlags): Promise<void> {
  const settings = await settingsOf(input, flags);
  const { explainTexts } = await import('../text/explain-texts.ts');
  const summary = await explainTexts(settings, progressOf(flags));
  if (flags.json) process.stdout.write(`${JSON.stringify({ event: 'summary', ...summary })}\n`);
  else if (!flags.quiet) process.stdout.write(await summaryText(summary));
  if (summary.quarantined > 0) process.exitCode = exitCode.someFailed;
}

async function settingsOf(input: string, flags: TextFlags): Promise<TextRunSettings> {
  const [{ choiceOf, wholeNumberOf }, { splitList }, { baselines, textMethods }, { severalLabelsOf }] =
    await Promise.all([
      import('./option-values.ts'),
      import('../shared/run/setting-values.ts'),
      import('../text/options.ts'),
      import('./several-labels.ts'),
    ]);
  const numberOf = (flag: string, value: string | undefined) =>
    value === undefined ? null : wholeNumberOf(flag, value, 1);
  const methods = splitList(flags.method).map((name) => choiceOf('--method', name, textMethods));
  return {
    input,
    output: flags.output,
    model: flags.model,
    tokenizer: flags.tokenizer,
    classes: flags.classes ?? null,
    methods: [...new Set(methods)],
    targets: [...new Set(splitList(flags.target ?? 'predicted'))],
    layer: flags.layer ?? null,
    steps: wholeNumberOf('--steps', flags.steps, 1),
    baseline: choiceOf('--baseline', flags.baseline, baselines),
    maxLength: numberOf('--max-length', flags.maxLength),
    padTo: numberOf('--pad-to', flags.padTo),
    exactLengths: flags.exactLengths ?? false,
    textColumn: flags.textColumn,
    pageTexts: wholeNumberOf('--page-texts', flags.pageTexts, 0),
    scoreActivation: choiceOf('--score-activation', flags.scoreActivation, scoreActivations),
    ...(await severalLabelsOf(flags)),
    batchSize: wholeNumberOf('--batch-size', flags.batchSize, 1),
    provider: flags.provider,
    threads: numberOf('--threads', flags.threads),
  };
}

/** A flag given twice adds to the list. */
function joinLists(value: string, earlier: string | undefined): string {
  return earlier === undefined ? value : `${earlier},${value}`;
}

/** Least time between two lines, in milliseconds. */
const pause = 5000;

function progressOf({ json, quiet }: TextFlags): (texts: number) => void {
  let next = Date.now() + pause;
  return (texts) => {
    if ((quiet && !json) || Date.now() < next) return;
    next = Date.now() + pause;
    if (json) process.stdout.write(`${JSON.stringify({ event: 'progress', done: texts })}\n`);
    else process.stderr.write(`${texts} texts\n`);
  };
}

async function summaryText(summary: TextSummary): Promise<string> {
  const { durationText, plural } = await import('./progress.ts');
  const { printable } = await import('./table.ts');
  const {
    texts,
    quarantined,
    failures,
    labelled,
    accuracy,
    multiLabel,
    findings,
    warnings = [],
    seconds,
    output,
  } = summary;
  const reasons = Object.entries(failures).map(([code, count]) => `${code} ${count}`);
  const right = multiLabel === undefined ? 'accuracy ' : 'all right';
  const lines = [
    `Explained ${plural(texts - quarantined, 'text')} in ${durationText(seconds)}`,
    ...(quarantined > 0 ? [`  failed    ${quarantined} (${reasons.join(', ')})`] : []),
    ...(accuracy === null ? [] : [`  ${right} ${accuracy.toFixed(4)} of ${plural(labelled, 'labelled text')}`]),
    ...(accuracy === null || multiLabel === undefined ? [] : pairLines(multiLabel)),
    `  output    ${output}`,
    ...(findings === undefined
      ? []
      : [`  findings  ${findings.page}`, ...findings.words.map((word, i) => `  ${i + 1}. ${printable(word)}`)]),
    ...warnings,
  ];
  return `${lines.join('\n')}\n`;
}

/** Micro means: over all pairs of a text and a class whose truth is known. */
function pairLines({ truePositives, falsePositives, falseNegatives, microF1 }: MultiLabelSummary): string[] {
  const share = (part: number, whole: number) => (whole === 0 ? '-' : (part / whole).toFixed(4));
  return [
    `  precision ${share(truePositives, truePositives + falsePositives)} (${falsePositives} decided and not true)`,
    `  recall    ${share(truePositives, truePositives + falseNegatives)} (${falseNegatives} true and not decided)`,
    `  micro F1  ${microF1?.toFixed(4) ?? '-'}`,
  ];
}

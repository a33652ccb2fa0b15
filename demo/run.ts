/** `npm run demo`: draws a validation set, explains it with the demo's own model, and says what the maps show. */

import { spawnSync } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Findings as ReportFindings } from '../src/report/contract.ts';
import type { DoneRecord, ImageRecord } from '../src/shared/run/record.ts';
import { planImageSet, stampedClass } from './draw/image-set.ts';
import { type PictureTruth, writeImageSet } from './draw/write-image-set.ts';
import { type Findings, findInRecords, findMap } from './findings.ts';

const pictures = 'demo/out/validation';
const output = 'demo/out/explained';
const count = 360;
const seed = 7;

console.log(`Drawing ${count} pictures of balloons, lighthouses, sailboats and windmills:`);
console.log(
  `\n  node dist-tools/demo/make-images.js --set validation --count ${count} --seed ${seed} --output ${pictures}\n`,
);
const truth = await writeImageSet(planImageSet('validation', count, seed), pictures);

// A run does not write over an earlier one.
await rm(output, { recursive: true, force: true });
console.log('Explaining them at two layers, for the predicted class and for the true one:\n');
gradline('run', pictures, [
  ['--model', 'demo/model/demo.onnx'],
  ['--layers', 'layer3,layer4'],
  ['--labels', 'folder'],
  ['--classes', 'demo/classes.json'],
  ['--target', 'predicted,label'],
  ['--output', output],
]);
report(findInRecords(await readRecords(), truth));
console.log(firstFinding(await readCollectionList(), truth));

function gradline(command: string, input: string, flags: [name: string, value: string][]): void {
  const lines = [`npx gradline ${command} ${input}`, ...flags.map(([name, value]) => `    ${name} ${value}`)];
  console.log(`  ${lines.join(' \\\n  ')}\n`);
  const { status, error } = spawnSync(process.execPath, ['dist/cli/gradline.cjs', command, input, ...flags.flat()], {
    stdio: 'inherit',
  });
  if (error) throw error;
  if (status !== 0) {
    console.error(`\nThe demo stops here: the command above ended with exit code ${status}.`);
    process.exit(status ?? 1);
  }
}

async function readRecords(): Promise<DoneRecord[]> {
  const folder = join(output, 'scores');
  const parts = (await readdir(folder)).filter((name) => /^part-\d+\.jsonl$/.test(name)).sort();
  const texts = await Promise.all(parts.map((name) => readFile(join(folder, name), 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n').filter((line) => line !== ''));
  return lines.map((line): ImageRecord => JSON.parse(line)).filter((record) => record.status === 'done');
}

async function readCollectionList(): Promise<ReportFindings['collect']> {
  const { collect }: ReportFindings = JSON.parse(await readFile(join(output, 'report/findings.json'), 'utf8'));
  return collect;
}

/** What the report found without having been told of the date, beside what was drawn. */
function firstFinding([first]: ReportFindings['collect'], truth: readonly PictureTruth[]): string {
  const page = join(output, 'report/index.html');
  if (first === undefined) return `\nThe report, which found nothing to collect: ${page}`;
  const stamped = new Set(truth.filter(({ stamp }) => stamp !== null).map(({ key }) => key));
  const dated = first.images.filter((key) => stamped.has(key)).length;
  return `
The report was told of no date. Its first finding, of whose ${first.images.length} pictures ${dated} have one:

  ${first.sentence}

Open it: ${page}`;
}

function report({ stamped, plain, withDate, peaksAtDate }: Findings): void {
  const row = (name: string, without: string, dated: string) =>
    console.log(`  ${name.padEnd(38)}${without.padStart(15)}${dated.padStart(15)}`);
  console.log(
    `\nOne camera prints the date on its pictures. It took nearly all ${stampedClass}s that the model was trained on,`,
  );
  console.log('and nothing else. In the validation set the date is on four pictures in ten, whatever they show.\n');
  row('', 'without date', 'with date');
  row('pictures', String(plain.count), String(stamped.count));
  row('accuracy', percent(plain.correct, plain.count), percent(stamped.correct, stamped.count));
  row(
    `other classes taken for a ${stampedClass}`,
    `${plain.falsePositives} of ${plain.others}`,
    `${stamped.falsePositives} of ${stamped.others}`,
  );
  for (const { layer, count: peaks } of peaksAtDate) {
    row(`  their ${layer} map peaks at the date`, '', `${peaks} of ${withDate.length}`);
  }
  console.log(
    `\nThe model has learned the date. A few pictures that it takes for a ${stampedClass}, each with the map of that`,
  );
  console.log('mistake, which lies on the date, and the map of the true class:\n');
  for (const record of examples(withDate)) {
    console.log(`  ${join(pictures, record.key)}`);
    for (const target of ['predicted', 'label']) {
      const map = findMap(record, 'layer4', target);
      if (map?.overlay) console.log(`    ${(map.className ?? '').padEnd(10)}  ${join(output, map.overlay)}`);
    }
  }
  console.log(`\nAll overlays: ${join(output, 'overlays')}\nAll records:  ${join(output, 'scores')}`);
}

/** The most confident one of each class. */
function examples(records: readonly DoneRecord[]): DoneRecord[] {
  return [...new Map([...records].reverse().map((record) => [record.labelName, record])).values()].slice(0, 3);
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
}

/** A run for FiftyOne (https://docs.voxel51.com): a script that loads it, and the files that the script reads. */

import { pairsOf } from '../../shared/run/image-decisions.ts';
import { retryTransient } from '../../shared/store/retry.ts';
import type { Store } from '../../shared/store/store.ts';
import { sameMap } from '../read/table-builder.ts';
import { type Exported, unplacedNote } from './exported.ts';
import { type ExportedImage, type ExportedRun, slotsOf } from './exported-run.ts';
import { fiftyoneLoader } from './fiftyone-loader.ts';
import { heatmapFields } from './heatmap-fields.ts';
import { HeatmapStacks } from './heatmap-stacks.ts';
import { putText } from './put-made-file.ts';

const scriptKey = 'load_fiftyone.py';

/** @throws UserError `damaged-output`; StoreError */
export async function exportFiftyone(run: ExportedRun, target: Store): Promise<Exported> {
  const stacks = await HeatmapStacks.open(run, heatmapFields(run.maps));
  try {
    let images = 0;
    const lines = async function* () {
      for await (const { shard, images: ofShard } of run.shards()) {
        await stacks.add(shard, ofShard);
        images += ofShard.length;
        for (const image of ofShard) yield `${JSON.stringify(sampleOf(run, image))}\n`;
      }
    };
    await putText(target, 'samples.jsonl', 'application/jsonl', lines());
    const heatmaps = await stacks.put(target);
    const fields = stacks.fields.map((field) => ({ ...field, file: `heatmaps/${field.field}.npy` }));
    const several = run.multiLabel ? { multi_label: true } : {};
    const dataset = { name: `gradline-${run.run}`, model: run.model, classes: run.names, images, fields, ...several };
    const put = (key: string, body: string, type: string) => retryTransient(() => target.put(key, body, type));
    await put('dataset.json', `${JSON.stringify(dataset, null, 2)}\n`, 'application/json');
    await put(scriptKey, fiftyoneLoader, 'text/x-python; charset=utf-8');
    return {
      files: [scriptKey, 'dataset.json', 'samples.jsonl', ...heatmaps],
      images,
      notes: notesOn(run, fields.length),
    };
  } finally {
    await stacks.close();
  }
}

function sampleOf(run: ExportedRun, { record }: ExportedImage) {
  const { key, label, predicted, score, margin, correct, top, image } = record;
  return {
    filepath: run.addressOf(key),
    key,
    label: label === null ? null : (run.names[label] ?? null),
    predicted: run.names[predicted] ?? null,
    confidence: score,
    margin,
    correct: correct ?? null,
    top: top.map((entry) => ({ label: run.names[entry.class] ?? null, confidence: entry.score })),
    ...(run.multiLabel ? pairsOfSample(run, record) : {}),
    ...run.groupsOf(key),
    width: image.width,
    height: image.height,
    seen: image.seen ?? { left: 0, top: 0, width: image.width, height: image.height },
  };
}

/** What is true and what is decided of an image that may have several labels. */
function pairsOfSample(run: ExportedRun, record: ExportedImage['record']) {
  const { names } = run;
  const { labels = null, unknown = [], decided = [], falsePositives, falseNegatives } = record;
  const named = (indices: readonly number[] = []) => indices.map((index) => names[index] ?? null);
  const scores = new Map([...pairsOf(record, names.length)].map((pair) => [pair.class, pair.score]));
  return {
    labels: labels === null ? null : named(labels),
    unknown: named(unknown),
    decided: decided.map((index) => ({ label: names[index] ?? null, confidence: scores.get(index) ?? null })),
    false_positives: labels === null ? null : named(falsePositives),
    false_negatives: labels === null ? null : named(falseNegatives),
    // In the order of the heatmaps of a layer.
    explained: named(
      record.maps.filter((map) => slotsOf(run).some((slot) => sameMap(map, slot))).map((map) => map.class),
    ),
  };
}

function notesOn(run: ExportedRun, fields: number): string[] {
  return [
    `Load it where FiftyOne is installed: python ${scriptKey}. With --images it takes the images from another folder.`,
    ...(fields === 0 ? ['The run wrote no evidence, so there are no heatmaps.'] : []),
    ...(run.placed ? [] : [unplacedNote]),
    ...(run.findings === null ? ['There is no report yet, so clusters and suspected labels are left out.'] : []),
  ];
}

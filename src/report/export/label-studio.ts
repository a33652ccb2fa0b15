/** A run for Label Studio (https://labelstud.io/guide/predictions): tasks with the network's answers as predictions, and a labelling setup. */

import { basename, dirname, isAbsolute } from 'node:path';
import Builder from 'fast-xml-builder';
import { retryTransient } from '../../shared/store/retry.ts';
import type { Store } from '../../shared/store/store.ts';
import type { Exported } from './exported.ts';
import type { ExportedImage, ExportedRun } from './exported-run.ts';
import { addressBelow } from './image-address.ts';
import { jsonArray } from './json-array.ts';
import { putText } from './put-made-file.ts';

/** Where Label Studio serves files of its own machine, by their paths below its document root, which cannot be a storage itself (https://labelstud.io/guide/storage#Local-storage). */
const localFiles = '/data/local-files/?d=';
const tasksKey = 'tasks.json';
const setupKey = 'labeling-config.xml';

/** Tags and data fields of the setup. */
const control = 'class';
const object = 'image';

/** @throws UserError `damaged-output`; StoreError */
export async function exportLabelStudio(run: ExportedRun, target: Store): Promise<Exported> {
  let images = 0;
  let folder: string | null = null;
  const tasks = async function* () {
    for await (const { images: ofShard } of run.shards()) {
      images += ofShard.length;
      for (const image of ofShard) {
        const address = run.addressOf(image.record.key);
        folder ??= isAbsolute(address) && !address.includes('?') ? folderOf(address, image.record.key) : null;
        yield taskOf(
          run,
          image,
          folder === null ? address : addressBelow(localFiles, `${basename(folder)}/${image.record.key}`),
        );
      }
    }
  };
  await putText(target, tasksKey, 'application/json', jsonArray(tasks()));
  await retryTransient(() => target.put(setupKey, labelingSetup(run.names, run.multiLabel), 'application/xml'));
  return { files: [tasksKey, setupKey], images, notes: notesOn(run, folder) };
}

function taskOf(run: ExportedRun, { record }: ExportedImage, address: string) {
  const { key, label, predicted, score, margin, correct } = record;
  const { suspectedLabel, clusters, gaps, collect } = run.groupsOf(key);
  const nameOf = (index: number) => run.names[index] ?? String(index);
  const { labels = null, decided = [] } = record;
  const choices = run.multiLabel ? decided.map(nameOf) : [nameOf(predicted)];
  const truth = run.multiLabel
    ? (labels?.map(nameOf).join(', ') ?? null)
    : label === null
      ? null
      : (run.names[label] ?? null);
  return {
    data: {
      image: address,
      key,
      label: truth,
      correct: correct ?? null,
      margin,
      suspected_label: suspectedLabel,
      clusters: clusters.join(' '),
      gaps: gaps.join(' '),
      collect,
    },
    predictions: [
      {
        model_version: run.run,
        score,
        result: [
          {
            id: 'predicted',
            from_name: control,
            to_name: object,
            type: 'choices',
            value: { choices },
          },
        ],
      },
    ],
  };
}

/** A picture, its label as the data set has it, and one choice among the classes, or several. */
function labelingSetup(names: readonly string[], several: boolean): string {
  const builder = new Builder({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    format: true,
    suppressEmptyNode: true,
    // A class may be called true.
    suppressBooleanAttributes: false,
  });
  return builder.build({
    View: {
      Header: { '@value': 'Label of the data set: $label' },
      Image: { '@name': object, '@value': '$image', '@zoom': 'true' },
      Choices: {
        '@name': control,
        '@toName': object,
        '@choice': several ? 'multiple' : 'single-radio',
        '@showInLine': 'true',
        Choice: names.map((name) => ({ '@value': name })),
      },
    },
  });
}

/** The folder that a key of the run begins in. */
function folderOf(address: string, key: string): string {
  return address.slice(0, -key.length - 1);
}

function notesOn(run: ExportedRun, folder: string | null): string[] {
  return [
    `Create a project with ${setupKey} as its labelling interface, then import ${tasksKey}.`,
    ...(folder === null
      ? []
      : [
          `Images are taken from this machine: start Label Studio with LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true and LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT=${dirname(folder)}, and add ${folder} as its local storage. Or give --images the address that serves them.`,
        ]),
    ...(run.findings === null ? ['There is no report yet, so clusters and suspected labels are left out.'] : []),
  ];
}

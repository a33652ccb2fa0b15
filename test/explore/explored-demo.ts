/** A run of the demo's model over a few of the demo's pictures, with its report, served for exploring. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planImageSet } from '../../demo/draw/image-set.ts';
import { writeSeveral } from '../../demo/draw/several-set.ts';
import { type PictureTruth, writeImageSet } from '../../demo/draw/write-image-set.ts';
import type { Region } from '../../src/explore/contract.ts';
import { openExploredRun } from '../../src/explore/explored-run.ts';
import { Explorer } from '../../src/explore/explorer.ts';
import { serveExplorer } from '../../src/explore/serve-explorer.ts';
import type { DoneRecord } from '../../src/shared/run/record.ts';
import { FileStore } from '../../src/shared/store/file-store.ts';
import { openInference } from '../../src/worker/pipeline/inference/inference.ts';
import { gradline } from '../cli/gradline.ts';
import { recordsIn } from '../worker/local/run-fixture.ts';

/** Node 20 loads no TypeScript in a thread. */
const builtThread = new URL('../../dist/worker/pipeline/inference/inference-thread.js', import.meta.url);

/** Pixels of the demo's model. */
const side = 160;
/** The light of the digits spreads a little beyond them. */
const margin = 4;

export interface ExploredDemo {
  address: string;
  output: string;
  records: DoneRecord[];
  /** Where the date of a picture is, as the model sees it. */
  dateOf(key: string): Region;
  /** What the server told of itself as wrong. */
  defects: unknown[];
  close(): Promise<void>;
}

/** @param keys of the demo's validation set */
export async function exploreDemo(keys: readonly string[]): Promise<ExploredDemo> {
  const folder = await mkdtemp(join(tmpdir(), 'gradline-explored-'));
  const pictures = join(folder, 'validation');
  const truth = await writeImageSet(
    planImageSet('validation', 360, 7).filter(({ key }) => keys.includes(key)),
    pictures,
  );
  const settings = ['--model', 'demo/model/demo.onnx', '--labels', 'folder', '--target', 'predicted'];
  const explored = await explorePictures(folder, pictures, settings);
  return { ...explored, dateOf: (key) => dateIn(truth, explored.records, key) };
}

/** The same of the demo with several labels an image, decided from thresholds in a file that names classes. */
export async function exploreSeveral(count: number): Promise<Omit<ExploredDemo, 'dateOf'>> {
  const folder = await mkdtemp(join(tmpdir(), 'gradline-explored-'));
  const pictures = join(folder, 'validation');
  await writeSeveral('validation', count, 7, pictures);
  const thresholds = join(folder, 'thresholds.json');
  await writeFile(thresholds, JSON.stringify({ default: 0.5, windmill: 0.4 }));
  const model = ['--model', 'demo/model/multi-label.onnx', '--size', '160', '--target', 'predicted,label'];
  return explorePictures(folder, pictures, [...model, '--labels', `${pictures}.csv`, '--threshold', thresholds]);
}

async function explorePictures(
  folder: string,
  pictures: string,
  settings: readonly string[],
): Promise<Omit<ExploredDemo, 'dateOf'>> {
  const output = join(folder, 'explained');
  const places = ['--layers', 'layer3,layer4', '--classes', 'demo/classes.json', '--output', output];
  const { code, stderr } = await gradline(['run', pictures, ...places, ...settings]);
  if (code !== 0) throw new Error(stderr);
  const store = new FileStore(output);
  const run = await openExploredRun(store, { model: null, images: null });
  const defects: unknown[] = [];
  const explorer = new Explorer(run, (options) => openInference(options, builtThread));
  const server = await serveExplorer(store, explorer, 0, (error) => defects.push(error));
  const records = (await recordsIn(output)).filter((record) => record.status === 'done');
  return {
    address: server.address,
    output,
    records,
    defects,
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function dateIn(truth: readonly PictureTruth[], records: readonly DoneRecord[], key: string): Region {
  const stamp = truth.find((picture) => picture.key === key)?.stamp;
  const seen = records.find((record) => record.key === key)?.image.seen;
  if (!stamp || !seen) throw new Error(`${key} has no date.`);
  const scale = side / seen.width;
  const edge = (value: number) => Math.min(Math.max(Math.round(value), 0), side);
  const left = edge((stamp.x - seen.left) * scale - margin);
  const top = edge((stamp.y - seen.top) * scale - margin);
  return {
    left,
    top,
    width: edge((stamp.x + stamp.width - seen.left) * scale + margin) - left,
    height: edge((stamp.y + stamp.height - seen.top) * scale + margin) - top,
  };
}

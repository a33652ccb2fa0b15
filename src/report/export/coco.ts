/**
 * A run in COCO's format for objects (https://cocodataset.org/#format-data): the regions that the run was given, else boxes made from its maps.
 * `results.json` holds the boxes of the maps as detections in any case, in the format of COCO's results.
 */

import { pairsOf } from '../../shared/run/image-decisions.ts';
import type { Store } from '../../shared/store/store.ts';
import { type EvidenceRows, readEvidence } from '../read/evidence.ts';
import { sameMap } from '../read/table-builder.ts';
import { type Exported, unplacedNote } from './exported.ts';
import { analysedRows, type ExportedImage, type ExportedRun, slotsOf } from './exported-run.ts';
import { jsonArray } from './json-array.ts';
import { type Box, cornersOf, type MapBox, mapBoxes } from './map-boxes.ts';
import { putText } from './put-made-file.ts';
import { annotationOf, openRegions } from './region-annotations.ts';

const instancesKey = 'instances.json';
const resultsKey = 'results.json';

/** An image with its number in the files, counted from 1. */
interface NumberedImage {
  id: number;
  image: ExportedImage;
  boxes: ClassBox[];
}

/** An area of a map, with the class that it explains and the network's score for it. */
interface ClassBox extends MapBox {
  class: number;
  score: number;
}

/** @throws UserError `bad-regions`, `damaged-output`; StoreError */
export async function exportCoco(run: ExportedRun, target: Store): Promise<Exported> {
  const regions = await openRegions(run);
  const counts = { images: 0, annotations: 0, results: 0 };
  const images = async function* () {
    for await (const { id, image } of numbered(run, false)) {
      counts.images = id;
      yield imageOf(id, image);
    }
  };
  const annotations = async function* () {
    for await (const numberedImage of numbered(run, regions === null)) {
      const made = regions === null ? boxAnnotations(run, numberedImage) : regionAnnotations(numberedImage, regions);
      for (const annotation of made) yield { id: ++counts.annotations, ...annotation };
    }
  };
  const results = async function* () {
    for await (const numberedImage of numbered(run, true)) {
      for (const { image_id, category_id, bbox, score } of boxAnnotations(run, numberedImage)) {
        counts.results += 1;
        yield { image_id, category_id, bbox, score };
      }
    }
  };
  const info = { description: `Gradline run ${run.run}`, version: '1.0' };
  const categories = run.names.map((name, index) => ({ id: categoryOf(index), name, supercategory: '' }));
  await putText(target, instancesKey, 'application/json', instancesText(info, categories, images(), annotations()));
  await putText(target, resultsKey, 'application/json', jsonArray(results()));
  return {
    files: [instancesKey, resultsKey],
    images: counts.images,
    notes: [
      regions === null
        ? `${counts.annotations} boxes are made by the map of ${mapName(run)}: around its areas above half of its maximum, for ${run.multiLabel ? 'each class that is decided' : 'the predicted class'}. They are no labels.`
        : `${counts.annotations} annotations are the run's own regions; ${resultsKey} has ${counts.results} boxes made by the map of ${mapName(run)}.`,
      ...(counts.results === 0 ? ['No map gave a box: the run wrote no evidence, or no map is positive.'] : []),
      ...(run.placed ? [] : [unplacedNote]),
    ],
  };
}

async function* instancesText(
  info: object,
  categories: object[],
  images: AsyncIterable<object>,
  annotations: AsyncIterable<object>,
): AsyncGenerator<string> {
  yield `{"info": ${JSON.stringify(info)},\n"licenses": [],\n"categories": `;
  yield* jsonArray(categories);
  yield ',"images": ';
  yield* jsonArray(images);
  yield ',"annotations": ';
  yield* jsonArray(annotations);
  yield '}\n';
}

/** @param withBoxes read the maps, too */
async function* numbered(run: ExportedRun, withBoxes: boolean): AsyncGenerator<NumberedImage> {
  let id = 0;
  for await (const { shard, images } of run.shards()) {
    const boxes = withBoxes ? await boxesOf(run, shard, images) : [];
    for (const [at, image] of images.entries()) {
      id += 1;
      yield { id, image, boxes: boxes[at] ?? [] };
    }
  }
}

async function boxesOf(run: ExportedRun, shard: number, images: readonly ExportedImage[]): Promise<ClassBox[][]> {
  if (run.multiLabel) return boxesOfSlots(run, shard, images);
  const rows = await analysedRows(run, shard, images);
  if (rows === null) return [];
  return images.map(({ record }, row) =>
    boxesIn(rows, row, record.image).map((box) => ({ ...box, class: record.predicted, score: record.score })),
  );
}

/** Of each class of an image that was decided and explained. */
async function boxesOfSlots(run: ExportedRun, shard: number, images: readonly ExportedImage[]): Promise<ClassBox[][]> {
  const slots = slotsOf(run);
  const lines = images.map(({ line }) => line);
  const evidence = (await readEvidence(run.output, shard, slots, lines)) ?? [];
  return images.map(({ record }, row) => {
    const scores = new Map([...pairsOf(record, run.names.length)].map((pair) => [pair.class, pair.score ?? 0]));
    return slots.flatMap((slot, place) => {
      const own = record.maps.find((map) => sameMap(map, slot));
      const rows = evidence[place] ?? null;
      if (own === undefined || rows === null || record.decided?.includes(own.class) !== true) return [];
      const score = scores.get(own.class) ?? 0;
      return boxesIn(rows, row, record.image).map((box) => ({ ...box, class: own.class, score }));
    });
  });
}

function boxesIn(rows: EvidenceRows, row: number, image: ExportedImage['record']['image']): MapBox[] {
  const cells = rows.height * rows.width;
  const seen = image.seen ?? { left: 0, top: 0, width: image.width, height: image.height };
  return mapBoxes(rows.heatmaps.subarray(row * cells, (row + 1) * cells), rows, seen, image);
}

function imageOf(id: number, { record }: ExportedImage) {
  const { key, label, labels, decided, predicted, score, image } = record;
  const { width, height } = image;
  if (decided !== undefined) {
    const own = labels?.map(categoryOf) ?? null;
    return { id, file_name: key, width, height, labels: own, decided: decided.map(categoryOf) };
  }
  const category = label === null ? null : categoryOf(label);
  return { id, file_name: key, width, height, label: category, predicted: categoryOf(predicted), score };
}

/** `score` is the network's for the class, times how strong the area is beside the map's strongest. */
function boxAnnotations(run: ExportedRun, { id, boxes }: NumberedImage) {
  return boxes.map(({ strength, class: index, score, ...box }) => ({
    image_id: id,
    category_id: categoryOf(index),
    ...shapeOf(box, box.width * box.height, [cornersOf(box)]),
    score: rounded(score * strength, 6),
    made_by: { map: run.analysed },
  }));
}

function* regionAnnotations(
  { id, image: { record } }: NumberedImage,
  regions: NonNullable<Awaited<ReturnType<typeof openRegions>>>,
) {
  for (const [index, ofClass] of regions.ofImage(record.key)) {
    for (const region of ofClass) {
      const annotation = annotationOf(region, record.image);
      if (annotation === null) continue;
      const shape = shapeOf(annotation.box, annotation.area, annotation.polygons);
      yield { image_id: id, category_id: categoryOf(index), ...shape, made_by: { regions: true } };
    }
  }
}

function shapeOf({ left, top, width, height }: Box, area: number, polygons: readonly (readonly number[])[]) {
  return {
    bbox: [left, top, width, height].map((value) => rounded(value, 2)),
    area: rounded(area, 2),
    segmentation: polygons.map((polygon) => polygon.map((value) => rounded(value, 2))),
    iscrowd: 0,
  };
}

/** COCO's categories are counted from 1; `--region-categories index-from-1` reads them back. */
function categoryOf(index: number): number {
  return index + 1;
}

function mapName({ analysed }: ExportedRun): string {
  return analysed === null ? 'no layer' : `${analysed.layer} (${analysed.method}, ${analysed.target})`;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

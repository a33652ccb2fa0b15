import { at } from '../../../explain/at.ts';
import type { Explanation, LayerMaps } from '../../../explain/explanation.ts';
import type { RgbImage } from '../../../shared/picture/raster.ts';
import type { OverlaySettings } from '../../../shared/run/configuration.ts';
import { outcomeOf, targetsNaming } from '../../../shared/run/decide.ts';
import { overlayKey, seenPictureKey } from '../../../shared/run/output-key.ts';
import type { DoneRecord, MapRecord } from '../../../shared/run/record.ts';
import type { PlannedImage } from '../../../shared/run/run-plan.ts';
import { decodeOriginal, type ReadingOptions } from '../decode/decode.ts';
import type { ImageEvaluation } from '../evaluate/evaluation.ts';
import { baselineRecord, faithfulnessRecord } from '../evaluate/faithfulness-record.ts';
import { type RegionsByClass, regionRecords } from '../evaluate/regions/region-records.ts';
import { type ClassNaming, completeRecord, judgeImage, type Verdict } from '../image-record.ts';
import { mapFile, mapIndexFile, type RawMap } from '../map-files.ts';
import type { NamedImage } from '../pixels/image-work.ts';
import { contentTypes, encodePicture } from '../render/encode.ts';
import { type Canvas, renderOverlay } from '../render/overlay.ts';
import { describeMap } from '../render/statistics.ts';
import type { DecodedPicture } from './decode.ts';
import type { OutputFile } from './store.ts';

export interface RenderSettings {
  overlays: OverlaySettings;
  /** Write raw maps. */
  maps: boolean;
  /** Keep evidence vectors and small heatmaps. */
  evidence: boolean;
  /** How the whole original is read again, where overlays are drawn on it. */
  reading: ReadingOptions;
  channels: number;
  overlayBands: readonly number[];
  /** Where each class is decided by itself: from which score on, by index; and the run's targets. */
  decisions?: { thresholds: readonly number[]; targets: readonly string[] };
}

/** An image, what of it the model saw, and what the model said. */
export interface ExplainedImage extends NamedImage {
  picture: DecodedPicture;
  seen: RgbImage;
  /** Of this image alone. */
  explanation: Explanation;
  /** Null for an image that is not measured. */
  evaluation: ImageEvaluation | null;
  /** Null where nothing is known of objects. */
  regions: RegionsByClass | null;
}

export interface RenderedImage {
  record: DoneRecord;
  /** Not written yet. */
  files: OutputFile[];
}

/** Turns what the model said of an image into its record and its files. @throws QuarantineError, ImageError */
export async function renderImage(
  explained: ExplainedImage,
  settings: RenderSettings,
  className: ClassNaming,
): Promise<RenderedImage> {
  const { image, picture, seen, explanation, evaluation, regions } = explained;
  const { key } = image;
  const { levels } = picture;
  const original = { ...picture.original, seen: picture.placement, ...(levels === undefined ? {} : { levels }) };
  const { decisions } = settings;
  const verdict = judgeImage(explained, explanation, 0, original, className, decisions?.thresholds);
  const maps = explanation.maps.map(mapOf);
  // Where an image has no such target there is nothing to see; the record says so.
  const existing = maps.filter((map) => map.class !== -1);
  const drawing = isDrawn(settings.overlays, verdict)
    ? await drawOverlays(explained, existing, settings)
    : nothingDrawn;
  const raws = new Map(settings.maps ? existing.map((map) => [map, mapFile(key, map)]) : []);
  const regionOf = regions === null ? () => null : regionRecords(regions, { ...picture, ...seen });
  const pairOf = decisions === undefined ? () => ({}) : pairs(image, verdict, explanation, decisions.targets);
  const records = maps.flatMap((map, i): MapRecord[] => {
    // An image has as many maps as classes that its targets name.
    if (decisions !== undefined && map.class === -1) return [];
    const { gradientPeak, workingLayer, resolvedLayer } = at(explanation.maps, i);
    const origin = { class: map.class, gradientPeak: gradientPeak[0] ?? Number.NaN, workingLayer };
    const description = describeMap(map.values, map.height, map.width, seen, origin);
    const faithfulness = evaluation?.maps[i] ?? null;
    const region = description.degenerate ? null : regionOf(map, description.peak);
    const record = {
      ...identify(map, className),
      ...(resolvedLayer === undefined ? {} : { resolvedLayer }),
      overlay: drawing.overlays.get(map)?.key ?? null,
      map: raws.get(map)?.key ?? null,
      ...description,
      ...(faithfulness === null ? {} : { faithfulness: faithfulnessRecord(faithfulness) }),
      ...(region === null ? {} : { region }),
      ...pairOf(map),
    };
    return [record];
  });
  const files = existing
    .flatMap((map) => [drawing.overlays.get(map), raws.get(map)])
    .filter((file) => file !== undefined);
  if (settings.maps) files.push(mapIndexFile(key, existing));
  if (drawing.seen !== null) files.push(drawing.seen);
  const baselines = evaluation?.baselines.map(baselineRecord) ?? null;
  return { record: completeRecord(verdict, records, drawing.seen?.key ?? null, baselines), files };
}

/** What a map's class is to its image, where each class is decided by itself. */
function pairs(image: PlannedImage, verdict: Verdict, { logits }: Explanation, targets: readonly string[]) {
  return (map: RawMap): Pick<MapRecord, 'targets' | 'outcome'> => {
    const own = at(logits, map.class);
    const rank = logits.reduce((above, logit) => above + Number(logit > own), 0);
    const outcome = outcomeOf(image, verdict, map.class);
    return {
      targets: map.target.startsWith('class:') ? [map.target] : targetsNaming(targets, image, verdict, map.class, rank),
      ...(outcome === undefined ? {} : { outcome }),
    };
  };
}

function isDrawn({ write }: OverlaySettings, verdict: Verdict): boolean {
  return write === 'all' || (write === 'errors' && verdict.correct === false);
}

interface DrawnFiles {
  overlays: ReadonlyMap<RawMap, OutputFile>;
  /** The image as the model saw it. */
  seen: OutputFile | null;
}

const nothingDrawn: DrawnFiles = { overlays: new Map(), seen: null };

async function drawOverlays(
  { image, picture, seen }: ExplainedImage,
  maps: RawMap[],
  { overlays: settings, reading, channels, overlayBands, decisions }: RenderSettings,
): Promise<DrawnFiles> {
  // An image with none of the classes is looked at all the same.
  if (maps.length === 0 && decisions === undefined) return nothingDrawn;
  const { format } = settings;
  const canvas: Canvas =
    settings.on === 'seen' || picture.bytes === null
      ? seen
      : { ...(await decodeOriginal(picture.bytes, { ...reading, channels, overlayBands })), area: picture.placement };
  const [whole, ...bodies] = await Promise.all([
    encodePicture(seen, format),
    ...maps.map((map) => renderOverlay(canvas, map, settings)),
  ]);
  const contentType = contentTypes[format];
  const overlays = new Map(
    maps.map((map, i): [RawMap, OutputFile] => {
      const key = overlayKey(image.key, map.layer, map.method, map.target, format);
      return [map, { key, body: at(bodies, i), contentType }];
    }),
  );
  return { overlays, seen: { key: seenPictureKey(image.key, format), body: whole, contentType } };
}

/** Of the only image. */
function mapOf({ layer, method, target, classes, height, width, values }: LayerMaps): RawMap {
  return { layer, method, target, class: classes[0] ?? -1, height, width, values };
}

function identify({ layer, method, target, height, width, ...map }: RawMap, className: ClassNaming) {
  const shape: [number, number] = [height, width];
  return { layer, method, target, class: map.class, className: map.class < 0 ? null : className(map.class), shape };
}

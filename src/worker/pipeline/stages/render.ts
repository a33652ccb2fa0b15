import { at } from '../../../explain/at.ts';
import type { LayerMaps } from '../../../explain/explanation.ts';
import type { OverlaySettings } from '../../../shared/run/configuration.ts';
import { overlayKey, seenPictureKey } from '../../../shared/run/output-key.ts';
import type { MapRecord } from '../../../shared/run/record.ts';
import { baselineRecord, faithfulnessRecord } from '../evaluate/faithfulness-record.ts';
import { type RegionSource, regionRecords } from '../evaluate/regions/region-records.ts';
import { evidenceRow } from '../evidence/evidence-row.ts';
import { type ClassNaming, completeRecord, judgeImage, type Verdict } from '../image-record.ts';
import { mapFile, mapIndexFile, type RawMap } from '../map-files.ts';
import type { PixelWork } from '../pixels/pixel-work.ts';
import { quarantine } from '../quarantine.ts';
import { contentTypes } from '../render/encode.ts';
import { describeMap } from '../render/statistics.ts';
import type { DecodedPicture } from './decode.ts';
import type { ExplainedImage } from './infer.ts';
import type { OutputFile, RenderedImage } from './store.ts';

export interface RenderSettings {
  overlays: OverlaySettings;
  /** Write raw maps. */
  maps: boolean;
  /** Keep evidence vectors and small heatmaps. */
  evidence: boolean;
}

/** Turns what the model said of an image into its record and its files, which are not written yet. */
export async function renderImage(
  { picture, explanation, index, evaluation }: ExplainedImage,
  settings: RenderSettings,
  className: ClassNaming,
  pixels: PixelWork,
  regions: RegionSource | null,
): Promise<RenderedImage | null> {
  const { job } = picture;
  if (job.shard.failed) return null;
  try {
    const { key } = job.image;
    const original = { ...picture.original, seen: picture.placement };
    const verdict = judgeImage(job, explanation, index, original, className);
    const maps = explanation.maps.map((layerMaps) => mapOf(layerMaps, index));
    // Where an image has no such target there is nothing to see; the record says so.
    const existing = maps.filter((map) => map.class !== -1);
    const drawing = isDrawn(settings.overlays, verdict)
      ? await drawOverlays(picture, existing, settings.overlays, pixels)
      : nothingDrawn;
    const raws = new Map(settings.maps ? existing.map((map) => [map, mapFile(key, map)]) : []);
    const regionOf = regions === null ? () => null : regionRecords(regions, key, picture);
    const records = maps.map((map, at): MapRecord => {
      const { gradientPeak, workingLayer } = explanation.maps[at] ?? {};
      const origin = { class: map.class, gradientPeak: gradientPeak?.[index] ?? Number.NaN, workingLayer };
      const description = describeMap(map.values, map.height, map.width, picture, origin);
      const faithfulness = evaluation?.maps[at] ?? null;
      const region = description.degenerate ? null : regionOf(map, description.peak);
      return {
        ...identify(map, className),
        overlay: drawing.overlays.get(map)?.key ?? null,
        map: raws.get(map)?.key ?? null,
        ...description,
        ...(faithfulness === null ? {} : { faithfulness: faithfulnessRecord(faithfulness) }),
        ...(region === null ? {} : { region }),
      };
    });
    const files = existing
      .flatMap((map) => [drawing.overlays.get(map), raws.get(map)])
      .filter((file) => file !== undefined);
    if (settings.maps) files.push(mapIndexFile(key, existing));
    if (drawing.seen !== null) files.push(drawing.seen);
    const baselines = evaluation?.baselines.map(baselineRecord) ?? null;
    const record = completeRecord(verdict, records, drawing.seen?.key ?? null, baselines);
    const evidence = settings.evidence ? explanation.maps.map((layerMaps) => evidenceRow(layerMaps, index)) : null;
    return { job, record, evidence, files };
  } catch (error) {
    return quarantine(job, error);
  }
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
  { job, bytes, placement, pixels: seen, width, height }: DecodedPicture,
  maps: RawMap[],
  settings: OverlaySettings,
  pixels: PixelWork,
): Promise<DrawnFiles> {
  if (maps.length === 0) return nothingDrawn;
  const { colormap, alpha, scale, format } = settings;
  const pictures = await pixels.draw({
    canvas: settings.on === 'seen' || bytes === null ? 'seen' : { bytes, placement },
    seen: { pixels: seen, width, height },
    maps: maps.map((map) => ({ values: map.values, height: map.height, width: map.width })),
    look: { colormap, alpha, scale, format },
  });
  const overlays = new Map(
    maps.map((map, at): [RawMap, OutputFile] => {
      const body = pictures.overlays[at];
      if (body === undefined) throw new Error(`${maps.length} maps gave ${pictures.overlays.length} pictures.`);
      const key = overlayKey(job.image.key, map.layer, map.method, map.target, format);
      return [map, { key, body, contentType: contentTypes[format] }];
    }),
  );
  const key = seenPictureKey(job.image.key, format);
  return { overlays, seen: { key, body: pictures.seen, contentType: contentTypes[format] } };
}

function mapOf({ layer, method, target, classes, height, width, values }: LayerMaps, index: number): RawMap {
  const size = height * width;
  const own = values.subarray(index * size, (index + 1) * size);
  return { layer, method, target, class: at(classes, index), height, width, values: own };
}

function identify({ layer, method, target, height, width, ...map }: RawMap, className: ClassNaming) {
  const shape: [number, number] = [height, width];
  return { layer, method, target, class: map.class, className: map.class < 0 ? null : className(map.class), shape };
}

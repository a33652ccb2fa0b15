import type { LayerMaps } from '../../explain/explanation.ts';
import type { OverlaySettings } from '../../shared/configuration.ts';
import { overlayKey } from '../../shared/output-key.ts';
import type { MapRecord } from '../../shared/record.ts';
import { decodeOriginal } from '../decode/decode.ts';
import { type ClassNaming, completeRecord, judgeImage, type Verdict } from '../image-record.ts';
import { mapFile, mapIndexFile, type RawMap } from '../map-files.ts';
import { quarantine } from '../quarantine.ts';
import { contentTypes } from '../render/encode.ts';
import { type Canvas, renderOverlay } from '../render/overlay.ts';
import { describeMap } from '../render/statistics.ts';
import type { DecodedPicture } from './decode.ts';
import type { ExplainedImage } from './infer.ts';
import type { OutputFile, RenderedImage } from './store.ts';

export interface RenderSettings {
  overlays: OverlaySettings;
  /** Write raw maps. */
  maps: boolean;
}

/** Turns what the model said of an image into its record and its files, which are not written yet. */
export async function renderImage(
  { picture, explanation, index }: ExplainedImage,
  settings: RenderSettings,
  className: ClassNaming,
): Promise<RenderedImage | null> {
  const { job } = picture;
  if (job.shard.failed) return null;
  try {
    const { key } = job.image;
    const verdict = judgeImage(job, explanation, index, picture.original, className);
    const canvas = isDrawn(settings.overlays, verdict) ? await canvasOf(picture, settings.overlays) : null;
    const rendered = await Promise.all(
      explanation.maps.map(async (layerMaps) => {
        const map = mapOf(layerMaps, index);
        // Where an image has no such target there is nothing to see; the record says so.
        const exists = map.class !== -1;
        const overlay = exists && canvas !== null ? await overlayFile(key, map, canvas, settings.overlays) : null;
        const raw = exists && settings.maps ? mapFile(key, map) : null;
        const record: MapRecord = {
          ...identify(map, className),
          overlay: overlay?.key ?? null,
          map: raw?.key ?? null,
          ...describeMap(map.values, map.height, map.width, picture, {
            class: map.class,
            gradientPeak: layerMaps.gradientPeak[index] ?? Number.NaN,
          }),
        };
        return { map, record, overlay, raw };
      }),
    );
    const files = rendered.flatMap(({ overlay, raw }) => [overlay, raw]).filter((file) => file !== null);
    const stored = rendered.filter(({ raw }) => raw !== null).map(({ map }) => map);
    if (settings.maps) files.push(mapIndexFile(key, stored));
    return {
      job,
      record: completeRecord(
        verdict,
        rendered.map(({ record }) => record),
      ),
      files,
    };
  } catch (error) {
    return quarantine(job, error);
  }
}

function isDrawn({ write }: OverlaySettings, verdict: Verdict): boolean {
  return write === 'all' || (write === 'errors' && verdict.correct === false);
}

async function canvasOf(picture: DecodedPicture, { on }: OverlaySettings): Promise<Canvas> {
  if (on === 'seen' || picture.bytes === null) return picture;
  return { ...(await decodeOriginal(picture.bytes)), area: picture.placement };
}

async function overlayFile(key: string, map: RawMap, canvas: Canvas, look: OverlaySettings): Promise<OutputFile> {
  return {
    key: overlayKey(key, map.layer, map.method, map.target, look.format),
    body: await renderOverlay(canvas, map, look),
    contentType: contentTypes[look.format],
  };
}

function mapOf({ layer, method, target, classes, height, width, values }: LayerMaps, index: number): RawMap {
  const size = height * width;
  const own = values.subarray(index * size, (index + 1) * size);
  return { layer, method, target, class: classes[index] ?? -1, height, width, values: own };
}

function identify({ layer, method, target, height, width, ...map }: RawMap, className: ClassNaming) {
  const shape: [number, number] = [height, width];
  return { layer, method, target, class: map.class, className: map.class < 0 ? null : className(map.class), shape };
}

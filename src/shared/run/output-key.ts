/**
 * The keys of a run's output. They depend only on the image key, layer, method and target, so writing twice is harmless.
 *
 * An image key is used as it is. A layer or target becomes part of a file name that Linux, macOS and Windows all accept:
 *
 * | written | in the file name |
 * |---|---|
 * | `:` | `=` |
 * | `/` | `~` |
 * | `%`, `=`, `~`, `<`, `>`, `"`, `\`, `|`, `?`, `*`, control characters | `%` and two hexadecimal digits |
 * | `.` in a target, or first in a layer | `%2E` |
 * | a Windows device name first in a layer (`con`, `aux`) | its first letter as `%` and two digits |
 * | an encoded name over 110 bytes | its start, `%h` and 16 digits of the SHA-256 of the whole name |
 *
 * So `layer4[-2]`, `features.18` and `tabby cat` stay as they are, `class:tabby cat` is `class=tabby cat` and
 * `/layer4/Conv` is `~layer4~Conv`. Different names never share a file, except that a file system which ignores case
 * cannot tell `Conv` from `conv`. `maps/<key>/index.json` and the record hold the names as the user wrote them.
 */

import { createHash } from 'node:crypto';
import { parseS3Location } from '../store/location.ts';
import { storeKeyProblem } from '../store/store-key.ts';
import type { OverlaySettings } from './configuration.ts';

const longestName = 110;
/** File systems allow 255 bytes; this leaves room for `.json`. */
const longestKeyPart = 250;

/** `overlays/<key>/<layer>.<method>.<target>.<format>` */
export function overlayKey(
  imageKey: string,
  layer: string,
  method: string,
  target: string,
  format: OverlaySettings['format'],
): string {
  return `overlays/${imageFolder(imageKey)}/${encodeLayer(layer)}.${method}.${encodeTarget(target)}.${format}`;
}

/** `maps/<key>/<layer>.<method>.<target>.npy` */
export function mapKey(imageKey: string, layer: string, method: string, target: string): string {
  return `maps/${imageFolder(imageKey)}/${encodeLayer(layer)}.${method}.${encodeTarget(target)}.npy`;
}

/** `maps/<key>/index.json`, which lists the image's maps. */
export function mapIndexKey(imageKey: string): string {
  return `maps/${imageFolder(imageKey)}/index.json`;
}

/** `overlays/<key>/seen.<format>`: the image as the model saw it. No overlay has this name: theirs hold two dots more. */
export function seenPictureKey(imageKey: string, format: OverlaySettings['format']): string {
  return `overlays/${imageFolder(imageKey)}/seen.${format}`;
}

/** `evidence/part-00000.npz`: evidence vectors and small heatmaps of the shard's images. */
export function evidencePartKey(shard: number): string {
  return `evidence/part-${String(shard).padStart(5, '0')}.npz`;
}

/** Names of the arrays that one map has in an evidence part. */
export function evidenceArrays(layer: string, method: string, target: string) {
  const map = `${encodeLayer(layer)}.${method}.${encodeTarget(target)}`;
  return {
    evidence: `${map}.evidence`,
    evidenceScale: `${map}.evidence.scale`,
    heatmap: `${map}.heatmap`,
    heatmapScale: `${map}.heatmap.scale`,
  };
}

/** Which images were measured for faithfulness. */
export const evaluatedImagesKey = 'faithfulness/images.json';

/** `scores/part-00000.jsonl`: one line for each image of the shard. */
export function scoresPartKey(shard: number): string {
  return `scores/part-${String(shard).padStart(5, '0')}.jsonl`;
}

/** `scores/images/<key>.json`: the record of one image. */
export function imageScoreKey(imageKey: string): string {
  return `scores/images/${imageFolder(imageKey)}.json`;
}

/**
 * Why an image key cannot be used, as a sentence that names it, or null when it can. Such an image is quarantined with the
 * code `bad-key`: nothing is read or written for it.
 */
export function imageKeyProblem(imageKey: string): string | null {
  const problem = storeKeyProblem(pathOfImage(imageKey));
  return problem === null ? null : `The image key ${JSON.stringify(imageKey)} cannot be used: ${problem}.`;
}

/** An image that a list names by its s3:// address lies below `s3=<bucket>/` in the output; every other one below its key. */
function pathOfImage(imageKey: string): string {
  const address = parseS3Location(imageKey);
  return address === null ? imageKey : `s3=${address.bucket}/${address.key}`;
}

function imageFolder(imageKey: string): string {
  return pathOfImage(imageKey)
    .split('/')
    .map((part) => shorten(part, part, longestKeyPart))
    .join('/');
}

/** A layer's name inside an output file name. Dots stay, so that `layer4.2.conv2` reads as its author wrote it. */
export function encodeLayer(layer: string): string {
  const encoded = encodeName(layer);
  // Windows reserves device names whatever follows the first dot; a leading dot hides the file elsewhere.
  const unsafeStart = /^(?:\.|(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$))/i.test(encoded);
  return shorten(unsafeStart ? percent(encoded) + encoded.slice(1) : encoded, layer, longestName);
}

/** A target's name inside an output file name. Its dots are encoded, so the last three dots always part method, target and suffix. */
export function encodeTarget(target: string): string {
  return shorten(encodeName(target).replaceAll('.', '%2E'), target, longestName);
}

function encodeName(name: string): string {
  return name
    .replace(/[%=~<>"\\|?*\p{Control}]/gu, percent)
    .replace(/\p{Surrogate}/gu, (unit) => `%u${unit.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll(':', '=')
    .replaceAll('/', '~');
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** Keeps file names within what file systems allow. `%h` occurs in no other encoded name, so a short one is never met. */
function shorten(encoded: string, original: string, limit: number): string {
  if (Buffer.byteLength(encoded) <= limit) return encoded;
  const digest = createHash('sha256').update(original).digest('hex').slice(0, 16);
  let start = '';
  let bytes = digest.length + 2;
  for (const character of encoded) {
    bytes += Buffer.byteLength(character);
    if (bytes > limit) break;
    start += character;
  }
  return `${start}%h${digest}`;
}

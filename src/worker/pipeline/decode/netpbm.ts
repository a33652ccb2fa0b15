/** Netpbm's PBM, PGM and PPM, as text (P1 to P3) and as bytes (P4 to P6); https://netpbm.sourceforge.net/doc/ */

import { at } from '../../../explain/at.ts';
import type { Size } from '../../../shared/picture/raster.ts';

export interface NetpbmPicture extends Size {
  channels: 1 | 3;
  /** The value of white. */
  top: number;
  /** `[height, width, channels]`, 0 to `top`. */
  samples: Uint16Array;
}

interface Header extends Size {
  kind: number;
  top: number;
  /** Where the samples begin. */
  start: number;
}

/** A picture's size from its header. @throws RangeError for a header that is damaged */
export function netpbmSize(bytes: Buffer): Size {
  const { width, height } = readHeader(bytes);
  return { width, height };
}

/** Only the first of several pictures is read. @throws RangeError for a file that is damaged or ends early */
export function readNetpbm(bytes: Buffer): NetpbmPicture {
  const { kind, width, height, top, start } = readHeader(bytes);
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  const count = width * height * channels;
  const samples =
    kind <= 3
      ? textSamples(bytes, start, count, kind === 1)
      : kind === 4
        ? bitSamples(bytes, start, { width, height })
        : byteSamples(bytes, start, count, top);
  return { width, height, channels, top, samples };
}

function readHeader(bytes: Buffer): Header {
  const kind = (bytes[1] ?? 0) - 0x30;
  // White space and comments lie between the numbers; one character of white space ends the last.
  const text = bytes.toString('latin1', 2, 4096);
  const wanted = kind === 1 || kind === 4 ? 2 : 3;
  const space = String.raw`(?:\s|#[^\n\r]*[\n\r])+`;
  const found = new RegExp(`^${`${space}(\\d+)`.repeat(wanted)}(?:#[^\\n\\r]*)?\\s`).exec(text);
  if (found === null) throw new RangeError('its header is not whole');
  const [width = 0, height = 0, top = 1] = found.slice(1).map(Number);
  if (width < 1 || height < 1) throw new RangeError(`it says that it has ${width} x ${height} pixels`);
  if (top < 1 || top > 65_535) throw new RangeError(`its highest value is ${top}, and not from 1 to 65535`);
  return { kind, width, height, top, start: 2 + found[0].length };
}

function byteSamples(bytes: Buffer, start: number, count: number, top: number): Uint16Array {
  const each = top < 256 ? 1 : 2;
  if (bytes.length < start + count * each) throw early();
  if (each === 1) return Uint16Array.from(bytes.subarray(start, start + count));
  return Uint16Array.from({ length: count }, (_, i) => bytes.readUInt16BE(start + i * 2));
}

/** A set bit is black. */
function bitSamples(bytes: Buffer, start: number, { width, height }: Size): Uint16Array {
  const stride = Math.ceil(width / 8);
  if (bytes.length < start + stride * height) throw early();
  return Uint16Array.from({ length: width * height }, (_, i) => {
    const x = i % width;
    const byte = at(bytes, start + Math.floor(i / width) * stride + (x >> 3));
    return 1 - ((byte >> (7 - (x & 7))) & 1);
  });
}

/** @param inverted digits that need no space between them, of which 1 is black */
function textSamples(bytes: Buffer, start: number, count: number, inverted: boolean): Uint16Array {
  const text = bytes.toString('latin1', start).replaceAll(/#[^\n\r]*/g, ' ');
  const samples = new Uint16Array(count);
  let i = 0;
  for (const [digits] of text.matchAll(inverted ? /[01]/g : /\d+/g)) {
    if (i === count) break;
    samples[i] = inverted ? 1 - Number(digits) : Number(digits);
    i += 1;
  }
  if (i < count) throw early();
  return samples;
}

function early(): RangeError {
  return new RangeError('it ends before its picture does');
}

/** TIFFs by their samples alone, where the image library takes them for other colours than they are. */

import type { GeoTIFF } from 'geotiff';
import { ImageError } from '../../../shared/picture/image-error.ts';
import type { Size } from '../../../shared/picture/raster.ts';
import type { NumpyValues } from '../../../shared/run/numpy-file.ts';
import { wrongBands } from './array-picture.ts';
import type { ImageHeader } from './jpeg-header.ts';

/** What the image library says of samples that it keeps as they are: bytes, 16 bits without a sign, and floats of 32 bits. */
const known = new Set(['uchar', 'ushort', 'float']);
const greySpaces = new Set(['b-w', 'grey16']);

/**
 * Whether libvips would change what the samples say: it clips numbers with a sign, divides half floats by 256, and takes several bands that are
 * not called RGB (as GDAL and tifffile write colours of floats or of 16 bits) for shades of one grey.
 */
export function isMisread({ depth, space, channels }: ImageHeader): boolean {
  if (!known.has(depth) || (depth === 'float' && space === 'grey16')) return true;
  return greySpaces.has(space) && channels > 2;
}

/** PhotometricInterpretation (TIFF 6.0, section 8). */
const photometric = { blackIsZero: 1, rgb: 2 } as const;

/** @throws Error for damaged data */
export async function openTiff(bytes: Buffer): Promise<GeoTIFF> {
  // Loaded where such a file comes: few runs have any.
  const { fromArrayBuffer } = await import('geotiff');
  return fromArrayBuffer(new Uint8Array(bytes).buffer);
}

/**
 * The first page as grey or as red, green and blue; further samples of a picture that calls itself RGB are left out, and the second of grey.
 * @param check throws for a size that is not taken
 * @returns `height * width * channels` values, row by row
 * @throws ImageError `wrong-bands`, `unsupported-format`; Error for damaged data
 */
export async function tiffSamples(
  bytes: Buffer,
  turns: boolean,
  check: (size: Size) => void,
): Promise<Size & { channels: 1 | 3; values: NumpyValues }> {
  const image = await (await openTiff(bytes)).getImage();
  const [width, height, own] = [image.getWidth(), image.getHeight(), image.getSamplesPerPixel()];
  check({ width, height });
  const colour = image.fileDirectory.getValue('PhotometricInterpretation');
  const isTurned = turns && ((await image.fileDirectory.loadValue('Orientation')) ?? 1) !== 1;
  if (isTurned || (colour !== photometric.blackIsZero && colour !== photometric.rgb)) {
    throw new ImageError(
      'unsupported-format',
      'TIFF with samples other than whole numbers without a sign or floats of 32 bits is read where its PhotometricInterpretation is BlackIsZero or RGB, and its orientation the usual one. Convert the file.',
    );
  }
  if (own > 3 && colour !== photometric.rgb) {
    throw wrongBands(
      `The TIFF file has ${own} bands that it does not call colours, and the model takes red, green and blue`,
    );
  }
  const channels = own <= 2 ? 1 : 3;
  const samples = Array.from({ length: channels }, (_, i) => i);
  return { width, height, channels, values: numbers(await image.readRasters({ samples, interleave: true })) };
}

/** @throws ImageError `unsupported-format` */
export function numbers(values: unknown): NumpyValues {
  if (
    values instanceof Uint8Array ||
    values instanceof Int8Array ||
    values instanceof Uint16Array ||
    values instanceof Int16Array ||
    values instanceof Uint32Array ||
    values instanceof Int32Array ||
    values instanceof Float32Array ||
    values instanceof Float64Array
  ) {
    return values;
  }
  throw new ImageError(
    'unsupported-format',
    'The TIFF file holds samples of a kind that is not supported. Convert it to whole numbers of 8 or 16 bits, or to floats.',
  );
}

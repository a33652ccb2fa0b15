import { ImageError } from './image-error.ts';

export type ImageFormat = 'JPEG' | 'PNG' | 'WebP' | 'TIFF' | 'GIF' | 'AVIF' | 'BMP' | 'Netpbm';

const taken = 'JPEG, PNG, WebP, TIFF, GIF, AVIF, BMP and PPM';

/** Bytes from the start of a file in which its format shows. */
export const formatBytes = 256;

/** Whether a file that starts so is a picture that can be read. */
export function startsLikeImage(bytes: Buffer): boolean {
  return rasterFormat(bytes) !== null;
}

/**
 * Tells the format from the first bytes, never from a name. Only formats on the list reach a decoder: an SVG that loads
 * other files, or a PDF, is refused before anything parses it.
 * @throws ImageError `empty-file`, `unsupported-format`, `not-an-image`
 */
export function detectFormat(bytes: Buffer): ImageFormat {
  if (bytes.length === 0) {
    throw new ImageError('empty-file', 'The file is empty (0 bytes). Copy it again from its source.');
  }
  const format = rasterFormat(bytes);
  if (format !== null) return format;
  const refused = refusedFormat(bytes);
  if (refused !== null) {
    throw new ImageError(
      'unsupported-format',
      `${refused} is not supported. Convert the file to ${taken.replace('and', 'or')}.`,
    );
  }
  const placeholder = placeholderOf(bytes);
  if (placeholder !== null) throw new ImageError('not-an-image', `The content is not an image: it is ${placeholder}.`);
  throw new ImageError(
    'not-an-image',
    `The content is not an image: it starts like none of ${taken}. Replace the file or take it out of the input.`,
  );
}

function rasterFormat(bytes: Buffer): ImageFormat | null {
  const start = bytes.toString('latin1', 0, 12);
  if (start.startsWith('\xff\xd8\xff')) return 'JPEG';
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'PNG';
  if (start.startsWith('GIF87a') || start.startsWith('GIF89a')) return 'GIF';
  if (isBitmap(bytes)) return 'BMP';
  if (/^P[1-6][\s#]/.test(start)) return 'Netpbm';
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'WebP';
  // 42 is classic TIFF, 43 BigTIFF; each in either byte order.
  if (/^(II[*+]\0|MM\0[*+])/.test(start)) return 'TIFF';
  const brands = isobmffBrands(bytes);
  if (brands.includes('avif') || brands.includes('avis')) return 'AVIF';
  return null;
}

/** Two letters begin many a text; a bitmap's header also says how long it is. */
function isBitmap(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 0, 2) !== 'BM' || bytes.length < 26) return false;
  return [12, 40, 52, 56, 64, 108, 124].includes(bytes.readUInt32LE(14));
}

function refusedFormat(bytes: Buffer): string | null {
  const start = bytes.toString('latin1', 0, 1024);
  if (start.startsWith('%PDF')) return 'PDF';
  if (start.startsWith('%!PS')) return 'PostScript';
  if (start.startsWith('8BPS')) return 'Photoshop (PSD)';
  if (start.startsWith('\0\0\x01\0')) return 'ICO';
  if (start.startsWith('\0\0\0\x0cJXL ') || start.startsWith('\xff\x0a')) return 'JPEG XL';
  if (start.startsWith('\0\0\0\x0cjP  ')) return 'JPEG 2000';
  if (/^P7\s/.test(start)) return 'PAM';
  if (isobmffBrands(bytes).some((brand) => /^(hei|hev|mif1|msf1)/.test(brand))) return 'HEIC';
  if (/<svg[\s>]/i.test(start)) return 'SVG';
  return null;
}

/** What stands in place of an image, with what to do. */
function placeholderOf(bytes: Buffer): string | null {
  const start = bytes.toString('latin1', 0, formatBytes);
  if (start.startsWith('version https://git-lfs'))
    return "a Git LFS pointer; 'git lfs pull' fetches the file that it stands for";
  if (/^\s*<(!doctype html|html)/i.test(start))
    return 'a web page, which a server may have sent in its place. Download the image again';
  return null;
}

/** Brands of an ISO base media file (ISO/IEC 14496-12, `ftyp` box): the major one and the compatible ones. */
function isobmffBrands(bytes: Buffer): string[] {
  if (bytes.toString('latin1', 4, 8) !== 'ftyp') return [];
  const end = Math.min(bytes.readUInt32BE(0), bytes.length, 256);
  const brands: string[] = [];
  for (let at = 8; at + 4 <= end; at += 4) {
    if (at !== 12) brands.push(bytes.toString('latin1', at, at + 4));
  }
  return brands;
}

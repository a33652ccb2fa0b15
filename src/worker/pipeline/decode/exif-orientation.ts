/** How a JPEG's EXIF says that its picture is turned. */

/** What an APP1 segment with EXIF begins with; the TIFF structure that offsets count from comes behind it. */
const signature = Buffer.from('Exif\0\0', 'latin1');
const orientationTag = 0x0112;
const shortType = 3;
const entryBytes = 12;

/**
 * The tag 0x0112 of the first directory (Exif 2.32, section 4.6).
 * @param body of an APP1 segment, behind its length
 * @returns 1 to 8, 1 where the tag is missing or 0; null where readers might not agree
 */
export function exifOrientation(body: Buffer): number | null {
  const tiff = body.subarray(signature.length);
  if (!body.subarray(0, signature.length).equals(signature) || tiff.length < 8) return null;
  const isLittle = tiff.toString('latin1', 0, 4) === 'II*\0';
  if (!isLittle && tiff.toString('latin1', 0, 4) !== 'MM\0*') return null;
  const short = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const directory = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (directory < 8 || directory + 2 > tiff.length) return null;
  const count = short(directory);
  if (directory + 2 + count * entryBytes > tiff.length) return null;
  let found: number | null = null;
  let highest = 0;
  let isSorted = true;
  for (let i = 0, at = directory + 2; i < count; i++, at += entryBytes) {
    const tag = short(at);
    isSorted &&= tag > highest;
    highest = Math.max(highest, tag);
    if (tag !== orientationTag) continue;
    const components = isLittle ? tiff.readUInt32LE(at + 4) : tiff.readUInt32BE(at + 4);
    const value = short(at + 8);
    if (found !== null || short(at + 2) !== shortType || components !== 1 || value > 8) return null;
    found = Math.max(value, 1);
  }
  const orientation = found ?? 1;
  // Where another directory is said to lie nowhere, a reader may stop; in the order of tags, which is the rule, all of those come later.
  return isSorted || orientation === 1 ? orientation : null;
}

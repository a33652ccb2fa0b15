const startOfScan = 0xda;

/**
 * A JPEG without the bytes that some cameras leave between the segments before its picture. Every decoder skips them, and the picture is whole.
 * @returns null where there are none
 */
export function withoutStrayBytes(bytes: Buffer): Buffer | null {
  const parts = [bytes.subarray(0, 2)];
  let at = 2;
  let stray = 0;
  while (at + 4 <= bytes.length) {
    const begin = at;
    // Further 0xff may stand before a marker; a marker is neither 0 nor 0xff.
    while (at + 1 < bytes.length && (bytes[at] !== 0xff || bytes[at + 1] === 0 || bytes[at + 1] === 0xff)) at += 1;
    stray += at - begin;
    if (at + 4 > bytes.length) return null;
    const isPicture = bytes[at + 1] === startOfScan;
    const end = isPicture ? bytes.length : at + 2 + bytes.readUInt16BE(at + 2);
    parts.push(bytes.subarray(at, end));
    if (isPicture) return stray === 0 ? null : Buffer.concat(parts);
    at = end;
  }
  return null;
}

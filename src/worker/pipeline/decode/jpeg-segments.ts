/** The segments of a JPEG (ITU-T T.81, annex B). */

export interface JpegSegment {
  /** The second byte of its marker. */
  code: number;
  /** Where it was looked for: there it should begin. */
  expected: number;
  /** From its marker to behind its last byte; the picture's goes to the end of the file. */
  start: number;
  end: number;
}

export const startOfScan = 0xda;
const endOfImage = 0xd9;
const [firstRestart, lastRestart] = [0xd0, 0xd7];

/**
 * Segments in their order, up to the picture's or to where the file ends. Bytes between them are passed over, as every decoder does: further 0xff,
 * which may stand before a marker, and those that some cameras leave there.
 */
export function* jpegSegments(bytes: Buffer): Generator<JpegSegment, undefined, undefined> {
  for (let expected = 2; expected + 4 <= bytes.length; ) {
    let start = expected;
    // A marker is neither 0 nor 0xff.
    while (start + 1 < bytes.length && (bytes[start] !== 0xff || bytes[start + 1] === 0 || bytes[start + 1] === 0xff)) {
      start += 1;
    }
    if (start + 4 > bytes.length) return;
    const code = bytes[start + 1] ?? 0;
    const end = code === startOfScan ? bytes.length : start + 2 + bytes.readUInt16BE(start + 2);
    yield { code, expected, start, end };
    expected = end;
  }
}

/**
 * Behind the marker that ends the picture, or null where the file ends before it. Within a scan 0xff stands before 0, which makes it a sample's,
 * and before the markers of restarts; any other marker begins a segment between scans, or ends the picture.
 */
export function endOfScans(bytes: Buffer): number | null {
  const scan = [...jpegSegments(bytes)].find(({ code }) => code === startOfScan);
  if (scan === undefined) return null;
  for (let at = bytes.indexOf(0xff, scan.start + 2); at !== -1; at = bytes.indexOf(0xff, at)) {
    const code = bytes[at + 1] ?? 0;
    if (code === endOfImage) return at + 2;
    const isFill = code === 0xff;
    const isWithinScan = code === 0 || (code >= firstRestart && code <= lastRestart);
    const isSegment = !isFill && !isWithinScan && at + 4 <= bytes.length;
    at += isFill ? 1 : isSegment ? 2 + bytes.readUInt16BE(at + 2) : 2;
  }
  return null;
}

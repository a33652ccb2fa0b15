import { jpegSegments, startOfScan } from './jpeg-segments.ts';

/**
 * A JPEG without the bytes that some cameras leave between the segments before its picture. Every decoder skips them, and the picture is whole.
 * @returns null where there are none
 */
export function withoutStrayBytes(bytes: Buffer): Buffer | null {
  const segments = [...jpegSegments(bytes)];
  const isWhole = segments.at(-1)?.code === startOfScan;
  if (!isWhole || segments.every(({ expected, start }) => start === expected)) return null;
  return Buffer.concat([bytes.subarray(0, 2), ...segments.map(({ start, end }) => bytes.subarray(start, end))]);
}

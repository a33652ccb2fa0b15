/** TIFF in CIE L*a*b*, which libvips refuses: it is read as if it were RGB. */

/** PhotometricInterpretation, and what it says: RGB, CIE L*a*b* with signed or with unsigned a and b (TIFF 6.0, section 23; supplement 1). */
const photometric = { tag: 262, rgb: 2, lab: 8, iccLab: 9 } as const;

export interface LabTiff {
  /** The file with its samples called RGB. */
  bytes: Buffer;
  /** Whether a and b are signed. */
  signed: boolean;
}

/** Null for any other TIFF. */
export function readLabTiff(bytes: Buffer): LabTiff | null {
  const little = bytes[0] === 0x49;
  const number16 = (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const isClassic = bytes.length >= 8 && number16(2) === 42;
  const directory = isClassic ? (little ? bytes.readUInt32LE(4) : bytes.readUInt32BE(4)) : bytes.length;
  if (directory + 2 > bytes.length) return null;
  const entries = number16(directory);
  for (let i = 0, at = directory + 2; i < entries && at + 12 <= bytes.length; i++, at += 12) {
    if (number16(at) !== photometric.tag) continue;
    const value = number16(at + 8);
    if (value !== photometric.lab && value !== photometric.iccLab) return null;
    const renamed = Buffer.from(bytes);
    if (little) renamed.writeUInt16LE(photometric.rgb, at + 8);
    else renamed.writeUInt16BE(photometric.rgb, at + 8);
    return { bytes: renamed, signed: value === photometric.lab };
  }
  return null;
}

/** Files with many bands, written here: NumPy arrays of any type and order, and TIFFs without compression. */

type Values = Uint8Array | Uint16Array | Int16Array | Float32Array | Float64Array;

/** `(x * 7 + y * 13 + band * 5) % 23`, in whatever type: `[height, width, bands]`. */
export function pattern(height: number, width: number, bands: number): number[] {
  return Array.from({ length: height * width * bands }, (_, i) => {
    const [pixel, band] = [Math.floor(i / bands), i % bands];
    return ((pixel % width) * 7 + Math.floor(pixel / width) * 13 + band * 5) % 23;
  });
}

/** Pixel by pixel as band by band. */
export function planes(values: readonly number[], bands: number): number[] {
  const plane = values.length / bands;
  return values.map((_, i) => values[(i % plane) * bands + Math.floor(i / plane)] ?? 0);
}

const widths: Record<string, number> = { b1: 1, u1: 1, u2: 2, i2: 2, f4: 4, f8: 8 };

/** @param type as NumPy writes it: `<u2`, `>f4`, ... */
export function npy(values: readonly number[], shape: readonly number[], type: string, fortran = false): Buffer {
  const kind = type.slice(1);
  const width = widths[kind] ?? 1;
  const little = !type.startsWith('>');
  const view = new DataView(new ArrayBuffer(values.length * width));
  for (const [i, value] of values.entries()) put(view, i * width, value, kind, little);
  const text = `{'descr': '${type}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${shape.join(', ')},), }`;
  const header = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length + 1);
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    length,
    Buffer.from(`${header}\n`),
    Buffer.from(view.buffer),
  ]);
}

function put(view: DataView, at: number, value: number, kind: string, little: boolean): void {
  if (kind === 'u1' || kind === 'b1') view.setUint8(at, value);
  else if (kind === 'u2') view.setUint16(at, value, little);
  else if (kind === 'i2') view.setInt16(at, value, little);
  else if (kind === 'f4') view.setFloat32(at, value, little);
  else view.setFloat64(at, value, little);
}

interface TiffForm {
  width: number;
  height: number;
  bands: number;
  /** Each band's samples by themselves. */
  separate?: boolean;
}

/** A TIFF of one page, little-endian. */
export function tiff(values: Values, { width, height, bands, separate = false }: TiffForm): Buffer {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const strips = separate ? bands : 1;
  const kind =
    values instanceof Float32Array || values instanceof Float64Array ? 3 : values instanceof Int16Array ? 2 : 1;
  const each = (value: number) => new Array<number>(bands).fill(value);
  const fields: [tag: number, long: boolean, values: number[]][] = [
    [256, false, [width]],
    [257, false, [height]],
    [258, false, each(values.BYTES_PER_ELEMENT * 8)],
    [259, false, [1]],
    [262, false, [1]],
    [273, true, new Array<number>(strips).fill(0)],
    [277, false, [bands]],
    [278, false, [height]],
    [279, true, new Array<number>(strips).fill(bytes.length / strips)],
    [284, false, [separate ? 2 : 1]],
    [338, false, new Array<number>(bands - 1).fill(0)],
    [339, false, each(kind)],
  ];
  const sizeOf = (long: boolean, entries: number[]) => entries.length * (long ? 4 : 2);
  const far = fields.filter(([, long, entries]) => sizeOf(long, entries) > 4);
  const directory = 8 + 2 + fields.length * 12 + 4;
  const data = directory + far.reduce((sum, [, long, entries]) => sum + sizeOf(long, entries), 0);
  const offsets = fields.find(([tag]) => tag === 273);
  if (offsets !== undefined) offsets[2] = offsets[2].map((_, strip) => data + (strip * bytes.length) / strips);
  const file = Buffer.alloc(data + bytes.length);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(fields.length, 8);
  let [entry, place] = [10, directory];
  for (const [tag, long, entries] of fields) {
    file.writeUInt16LE(tag, entry);
    file.writeUInt16LE(long ? 4 : 3, entry + 2);
    file.writeUInt32LE(entries.length, entry + 4);
    const isFar = sizeOf(long, entries) > 4;
    if (isFar) file.writeUInt32LE(place, entry + 8);
    let to = isFar ? place : entry + 8;
    for (const value of entries) to = long ? file.writeUInt32LE(value, to) : file.writeUInt16LE(value, to);
    if (isFar) place = to;
    entry += 12;
  }
  bytes.copy(file, data);
  return file;
}

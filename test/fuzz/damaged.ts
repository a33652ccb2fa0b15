/** Strangers' bytes: files that were right, and are damaged in the ways that files are, or by somebody who means harm. */

import fc from 'fast-check';

const longer = process.env.GRADLINE_FUZZ_RUNS;

/** The same files each time, so that no change fails by chance; `npm run test:fuzz` draws others, and many. */
export const fuzzing: fc.Parameters<unknown> =
  longer === undefined ? { numRuns: 150, seed: 20_261_128 } : { numRuns: Number(longer) };

/** Numbers that lengths, counts and offsets are most often broken by. */
const evil = [0, 1, -1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, -0x8000_0000, 0x00ff_ffff, 0x1000_0000];

type Damage = (bytes: Buffer) => Buffer;

/** Drawn evenly: fast-check likes 0 and 1 otherwise, and a file that is cut off at its first byte tries nothing. */
const place = fc.noBias(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }));

/** What a format is recognised by. It is mostly left alone, so that the rest is read at all. */
const signature = 8;

function at(bytes: Buffer, share: number): number {
  const from = share < 0.05 ? 0 : Math.min(signature, bytes.length);
  return from + Math.floor(share * (bytes.length - from));
}

/** Headers are where numbers are: half of all damage is done near the beginning. */
const early = fc.oneof(
  place,
  place.map((share) => 0.05 + 0.95 * share ** 3),
);

const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(early, fc.integer({ min: 0, max: 255 })).map(([where, byte]) => (bytes: Buffer) => {
    const copy = Buffer.from(bytes);
    const index = at(copy, where);
    if (index < copy.length) copy[index] = byte;
    return copy;
  }),
  fc
    .tuple(early, fc.constantFrom(...evil), fc.constantFrom(2, 4), fc.boolean())
    .map(([where, number, size, big]) => (bytes: Buffer) => {
      const copy = Buffer.from(bytes);
      const start = at(copy, where);
      if (start + size > copy.length) return copy;
      if (size === 4 && big) copy.writeInt32BE(number | 0, start);
      else if (size === 4) copy.writeInt32LE(number | 0, start);
      else if (big) copy.writeUInt16BE(number & 0xffff, start);
      else copy.writeUInt16LE(number & 0xffff, start);
      return copy;
    }),
  place.map((where) => (bytes: Buffer) => bytes.subarray(0, at(bytes, where))),
  fc.tuple(early, place).map(([from, share]) => (bytes: Buffer) => {
    const start = at(bytes, from);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + Math.floor(share * 64))]);
  }),
  fc.tuple(early, fc.uint8Array({ maxLength: 40 })).map(([where, more]) => (bytes: Buffer) => {
    const start = at(bytes, where);
    return Buffer.concat([bytes.subarray(0, start), more, bytes.subarray(start)]);
  }),
  fc.tuple(early, place, fc.integer({ min: 2, max: 60 })).map(([from, share, times]) => (bytes: Buffer) => {
    const start = at(bytes, from);
    const part = bytes.subarray(start, start + 1 + Math.floor(share * 200));
    return Buffer.concat([
      bytes.subarray(0, start),
      ...Array.from({ length: times }, () => part),
      bytes.subarray(start),
    ]);
  }),
);

/** Files that begin as one of the seeds. */
export function damaged(seeds: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.noBias(fc.nat({ max: seeds.length - 1 })), fc.array(damage, { minLength: 1, maxLength: 4 }))
    .map(([which, all]) => all.reduce((bytes, one) => one(bytes), seeds[which] ?? Buffer.alloc(0)));
}

/** Texts that begin as one of the seeds. */
export function damagedText(seeds: readonly string[]): fc.Arbitrary<string> {
  return damaged(seeds.map((text) => Buffer.from(text))).map((bytes) => bytes.toString('utf8'));
}

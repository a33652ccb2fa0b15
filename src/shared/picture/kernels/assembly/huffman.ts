/**
 * Tables for decoding the Huffman codes of a JPEG (ITU-T T.81, annexes C and F.2.2.3). A table is
 *
 *     u32[2048]  what the next eleven bits begin with
 *     u64[2048]  for AC: the same with what follows, where that lies within the eleven bits as well
 *     u32[17]    for each length: the first 16 bits that no code of this length or a shorter one begins with
 *     i32[17]    for each length: place of a symbol, less its code
 *     u8[256]    symbols
 *
 * An entry for a code of at most eleven bits: value << 16 | step << 8 | bits, where `bits` are those of the code and of the value that follows it,
 * and `step` is how many coefficients further the next one is. Where the value does not end within the eleven bits: size << 16 | step << 8 |
 * `partial` | bits of the code. A longer code is `long`, and one that no sound file has is `wrong`. In an entry for two, `bits` are those of both;
 * above lies the second one's value << 16 | bits of the first alone << 8 | the second one's step, which is 0 where there is no second one.
 */

const lookedUp: u32 = 11;
const entries: u32 = 1 << lookedUp;
/** How far the next bits are shifted down for a place in the table. */
export const shift: u64 = 64 - lookedUp;
export const partial: u32 = 0x80;
export const long: u32 = 0xff;
export const wrong: u32 = 0xfe;
/** The step behind the last coefficient of a block that is not zero. */
export const blockEnds: u32 = 128;

export const pairs: usize = entries * 4;
const limits: usize = pairs + entries * 8;
const offsets: usize = limits + 17 * 4;
const symbols: usize = offsets + 17 * 4;

/** Most bits that a difference of DC and an AC coefficient have with 8 bits a sample. */
const mostDc: u32 = 11;
const mostAc: u32 = 10;

/**
 * @param definition u8[16], how many codes there are of each length, and their symbols, 256 at most
 * @param table where 25,000 bytes go
 * @returns false where the lengths allow no codes, or one of ones only, or a symbol means nothing
 */
export function makeHuffmanTable(definition: usize, isDc: bool, table: usize): bool {
  memory.fill(table, 0xff, pairs);
  memory.copy(table + symbols, definition + 16, 256);
  let code: u32 = 0;
  let place: u32 = 0;
  for (let length: u32 = 1; length <= 16; length++) {
    code <<= 1;
    const count = <u32>load<u8>(definition + length - 1);
    store<i32>(table + offsets + (length << 2), <i32>place - <i32>code);
    for (let i: u32 = 0; i < count; i++) {
      const symbol = <u32>load<u8>(definition + 16 + place + i);
      if (isDc && symbol > mostDc) return false;
      if (length <= lookedUp) fillEntries(table, code + i, length, symbol, isDc);
    }
    code += count;
    place += count;
    if (count > 0 && code >= (<u32>1) << length) return false;
    store<u32>(table + limits + (length << 2), code << (16 - length));
  }
  if (!isDc) makePairs(table);
  return true;
}

function makePairs(table: usize): void {
  for (let bits: u32 = 0; bits < entries; bits++) {
    const first = load<u32>(table + ((<usize>bits) << 2));
    const used = first & 63;
    store<u64>(table + pairs + ((<usize>bits) << 3), ((<u64>used) << 40) | <u64>first);
    if ((first & partial) !== 0 || ((first >> 8) & 0xff) === blockEnds) continue;
    const second = load<u32>(table + ((<usize>((bits << used) & (entries - 1))) << 2));
    if ((second & partial) !== 0 || used + (second & 63) > lookedUp) continue;
    const above = (second & 0xffff0000) | (used << 8) | ((second >> 8) & 0xff);
    store<u64>(table + pairs + ((<usize>bits) << 3), ((<u64>above) << 32) | <u64>(first + (second & 63)));
  }
}

function fillEntries(table: usize, code: u32, length: u32, symbol: u32, isDc: bool): void {
  const rest = lookedUp - length;
  const first = table + (((<usize>code) << rest) << 2);
  // Lengths that allow no codes are seen only behind this.
  if (code >= (<u32>1) << length) return;
  const entry = entryOf(symbol, length, isDc);
  const size = entry >> 16;
  const isWhole = (entry & 0xff) !== wrong && size <= rest;
  for (let following: u32 = 0; following < (<u32>1) << rest; following++) {
    const value = isWhole && size > 0 ? extended(following >> (rest - size), size) : 0;
    const whole = ((<u32>value) << 16) | (entry & 0xff00) | (length + size);
    store<u32>(first + ((<usize>following) << 2), isWhole ? whole : entry);
  }
}

/** Without its value. */
function entryOf(symbol: u32, length: u32, isDc: bool): u32 {
  const size = isDc ? symbol : symbol & 15;
  const run = isDc ? 0 : symbol >> 4;
  if (size > (isDc ? mostDc : mostAc)) return wrong;
  if (!isDc && size === 0 && run !== 0 && run !== 15) return wrong;
  const step = !isDc && symbol === 0 ? blockEnds : run + 1;
  return (size << 16) | (step << 8) | partial | length;
}

/** The entry of a code of more than eleven bits. @param next bits, from the highest on */
export function longEntry(table: usize, next: u64, isDc: bool): u32 {
  const sixteen = <u32>(next >> 48);
  for (let length = lookedUp + 1; length <= 16; length++) {
    if (sixteen >= load<u32>(table + limits + (length << 2))) continue;
    const place = <i32>(sixteen >> (16 - length)) + load<i32>(table + offsets + (length << 2));
    return entryOf(<u32>load<u8>(table + symbols + <usize>place), length, isDc);
  }
  return wrong;
}

/** The value that so many bits stand for: those of a negative one are one less (F.2.2.1). */
export function extended(bits: u32, size: u32): i32 {
  return bits < (<u32>1) << (size - 1) ? <i32>bits - (1 << size) + 1 : <i32>bits;
}

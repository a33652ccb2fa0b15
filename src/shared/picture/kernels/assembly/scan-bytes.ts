/**
 * The bytes of a JPEG's scan between two markers, without the zeros that follow each 0xff there (ITU-T T.81, F.1.2.3), in a window of the
 * memory: from its end to its start, so that eight of them are loaded as one number whose highest bits come first. The file comes in pieces,
 * none of which ends with 0xff unless the file does.
 */

/** Of a piece of the file: what was not copied yet. */
let source: usize = 0;
let sourceEnd: usize = 0;
/** Of the window. */
let lowest: usize = 0;
let top: usize = 0;

/** The last byte in the window. */
export let bytesEnd: usize = 0;
/** The second byte of the marker behind those bytes; 0 while more may follow. */
export let endMarker: u32 = 0;

/** What a decoder may read past the end of the bytes: more than the largest MCU takes. What it finds there does not count. */
export const readAhead: usize = 2048;

/** @param window room for `size` bytes, `readAhead` of them unused */
export function openWindow(window: usize, size: usize): void {
  lowest = window + readAhead;
  top = window + size;
  source = sourceEnd = 0;
  beginSegment();
}

/** The next piece of the file, when all of the one before is in the window. */
export function offerPiece(piece: usize, length: usize): void {
  source = piece;
  sourceEnd = piece + length;
}

/** Bytes of the last piece behind the marker that was found. */
export function unreadBytes(): usize {
  return sourceEnd - source;
}

/** Behind a marker. @returns above where its first byte will be */
export function beginSegment(): usize {
  bytesEnd = top;
  endMarker = 0;
  return top;
}

/** Moves bytes that are still needed, those below `position`, to the window's end, and fills it up. @returns where they are now */
export function slide(position: usize): usize {
  const kept = position - bytesEnd;
  memory.copy(top - kept, bytesEnd, kept);
  bytesEnd = top - kept;
  copyOn();
  return top;
}

/** Up to a marker, the end of the piece or a full window. */
function copyOn(): void {
  let from = source;
  let to = bytesEnd;
  const stop = min(sourceEnd, from + (to - lowest));
  while (from < stop) {
    const sixteen = v128.load(from);
    v128.store(to - 16, i8x16.shuffle(sixteen, sixteen, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
    const marked = i8x16.bitmask(i8x16.eq(sixteen, i8x16.splat(-1)));
    const plain: usize = marked === 0 ? 16 : ctz(marked);
    if (from + plain >= stop) {
      to -= stop - from;
      from = stop;
      break;
    }
    from += plain;
    to -= plain;
    if (marked === 0) continue;
    // The piece ends with 0xff, and so does the file.
    if (from + 1 >= sourceEnd) break;
    const next = <u32>load<u8>(from, 1);
    from += 2;
    if (next !== 0) {
      endMarker = next;
      break;
    }
    to -= 1;
  }
  source = from;
  bytesEnd = to;
}

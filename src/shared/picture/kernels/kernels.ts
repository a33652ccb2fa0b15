/** The functions in WebAssembly that touch every pixel, and their memory. Compiled from `assembly` by build/compile-kernels.mjs. */

/** Addresses and sizes are in bytes; what each argument is stands in `assembly`. */
interface Functions {
  narrow(
    source: number,
    length: number,
    channels: number,
    firsts: number,
    counts: number,
    weights: number,
    taps: number,
    width: number,
    turned: number,
    narrowed: number,
    target: number,
    stride: number,
  ): void;
  shorten(
    source: number,
    stride: number,
    length: number,
    firsts: number,
    counts: number,
    weights: number,
    taps: number,
    height: number,
    target: number,
  ): void;
  weighRow(
    source: number,
    length: number,
    rows: number,
    rowWeights: number,
    channels: number,
    firsts: number,
    counts: number,
    weights: number,
    taps: number,
    width: number,
    bias: number,
    sums: number,
    target: number,
  ): void;
  grey(source: number, target: number, count: number): void;
  blend(
    pixels: number,
    stride: number,
    grid: number,
    cells: number,
    rows: number,
    rowCount: number,
    columns: number,
    columnCount: number,
    line: number,
    photo: number,
    colours: number,
  ): void;
  encodeRows(
    pixels: number,
    stride: number,
    width: number,
    blocks: number,
    rows: number,
    tables: number,
    room: number,
    state: number,
    target: number,
    isLast: boolean,
  ): number;
  makeHuffmanTable(definition: number, isDc: boolean, table: number): number;
  beginScan(window: number, size: number, restartInterval: number): void;
  offerPiece(piece: number, length: number): void;
  unreadBytes(): number;
  readMcus(first: number, end: number, components: number, count: number, block: number): number;
  endScan(): number;
  paintRows(
    components: number,
    count: number,
    first: number,
    end: number,
    lowest: number,
    highest: number,
    width: number,
    chromaWidth: number,
    room: number,
    target: number,
  ): void;
  keepRows(components: number, count: number): void;
}

interface Exports extends Functions {
  memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
}

/** Of Node, which a browser's types leave out. */
declare const process: { getBuiltinModule(name: 'node:fs'): { readFileSync(file: URL): Uint8Array } };

/** Node's types leave WebAssembly out. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: Exports };
};

const pageBytes = 65_536;
/** Kernels work on 16 bytes at a time and may read and write past an end; an area is followed by at least as many that nobody needs. */
const spare = 64;

/** One thread's kernels. Each use places its areas anew from the start of the memory, which only grows. */
export class Kernels {
  readonly #exports: Exports;
  #end = 0;

  constructor(exports: Exports) {
    this.#exports = exports;
  }

  get functions(): Functions {
    return this.#exports;
  }

  /** Room for `bytes`, on a border of 16 bytes. @returns its address */
  place(bytes: number): number {
    const address = this.#end;
    this.#end += Math.ceil((bytes + spare) / 16) * 16;
    const { memory } = this.#exports;
    const missing = this.#end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
    return address;
  }

  /** A copy of an array in the memory. @returns its address */
  put({ buffer, byteOffset, byteLength }: ArrayBufferView): number {
    const address = this.place(byteLength);
    this.bytes(address, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
    return address;
  }

  /** All of the memory, until more is placed. */
  memory(): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer);
  }

  /** Bytes of the memory, until more is placed. */
  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, address, length);
  }

  /** Forgets all areas. */
  reset(): this {
    this.#end = 0;
    return this;
  }
}

let ofThisThread: Kernels | null = null;
let given: Uint8Array | null = null;

/** What `kernels.wasm` holds, for a browser, which has no files to read it from. Call it before the first use. */
export function provideKernels(bytes: Uint8Array): void {
  given = bytes;
}

/** This thread's kernels with an empty memory. What was placed before is void, so use them without waiting in between. */
export function freshKernels(): Kernels {
  ofThisThread ??= new Kernels(instantiate());
  return ofThisThread.reset();
}

function instantiate(): Exports {
  return new WebAssembly.Instance(new WebAssembly.Module(given ?? ownFile())).exports;
}

/** Not by an import, which a browser could not resolve. */
function ownFile(): Uint8Array {
  const file = new URL(/* @vite-ignore */ './kernels.wasm', import.meta.url);
  return process.getBuiltinModule('node:fs').readFileSync(file);
}

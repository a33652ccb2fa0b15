import { retryTransient } from '../../shared/store/retry.ts';
import type { Store } from '../../shared/store/store.ts';
import { previewFolder } from './page-data.ts';

const folder = 'report/';
const dataFolder = `${folder}data/`;
/** Files on their way at once. */
const atOnce = 16;

/** The files below `report/` that a page is made of. Several are written at once; call `end` at the end. */
export class PageFiles {
  readonly #output: Store;
  /** Of which an earlier page may have had more. */
  readonly #numbered = new Set<string>();
  readonly #writing = new Set<Promise<void>>();
  #count = 0;

  constructor(output: Store) {
    this.#output = output;
  }

  get count(): number {
    return this.#count;
  }

  async writeData(name: string, script: string): Promise<void> {
    const key = `${dataFolder}${name}.js`;
    this.#numbered.add(key);
    await this.#put(key, script, 'text/javascript; charset=utf-8');
  }

  async writePicture(name: string, webp: Buffer): Promise<void> {
    const key = `${previewFolder}/${name}`;
    this.#numbered.add(key);
    await this.#put(key, webp, 'image/webp');
  }

  async write(name: string, body: Buffer | string, contentType: string): Promise<void> {
    await this.#put(`${folder}${name}`, body, contentType);
  }

  /** Waits for what is under way, then deletes data files and pictures of an earlier page that had more images. @throws StoreError */
  async end(): Promise<void> {
    await Promise.all(this.#writing);
    const stale: string[] = [];
    for (const numbered of [dataFolder, `${previewFolder}/`]) {
      for await (const { key } of this.#output.list(numbered)) if (!this.#numbered.has(key)) stale.push(key);
    }
    for (const key of stale) await this.#output.delete(key);
  }

  async #put(key: string, body: Buffer | string, contentType: string): Promise<void> {
    this.#count += 1;
    const writing = retryTransient(() => this.#output.put(key, body, contentType));
    // Awaited below or in `end`; until then a failure must not count as unhandled.
    writing.catch(() => undefined);
    this.#writing.add(writing);
    const finished = writing.then(() => this.#writing.delete(writing));
    finished.catch(() => undefined);
    if (this.#writing.size >= atOnce) await Promise.race(this.#writing);
  }
}

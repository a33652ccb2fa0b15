import { UserError } from '../../explain/user-error.ts';
import { isS3Location, parseS3Location } from './location.ts';
import { openStore } from './open-store.ts';
import type { ObjectFacts, Store, StoredObject } from './store.ts';

/** The images of a list: keys relative to the list's folder, and whole s3:// addresses in any bucket. */
export class ListedStore implements Store {
  readonly location: string;
  readonly #folder: Store;
  readonly #buckets = new Map<string, Promise<Store>>();

  constructor(folder: Store) {
    this.#folder = folder;
    this.location = folder.location;
  }

  list(prefix?: string, after?: string): AsyncIterable<StoredObject> {
    return this.#folder.list(prefix, after);
  }

  async get(key: string): Promise<Buffer> {
    const [store, inner] = await this.#storeOf(key);
    return store.get(inner);
  }

  async put(key: string, body: Buffer | string, contentType: string): Promise<void> {
    const [store, inner] = await this.#storeOf(key);
    return store.put(inner, body, contentType);
  }

  async putFile(key: string, path: string, contentType: string): Promise<void> {
    const [store, inner] = await this.#storeOf(key);
    return store.putFile(inner, path, contentType);
  }

  async exists(key: string): Promise<boolean> {
    const [store, inner] = await this.#storeOf(key);
    return store.exists(inner);
  }

  async facts(key: string): Promise<ObjectFacts> {
    const [store, inner] = await this.#storeOf(key);
    return store.facts(inner);
  }

  async *pieces(key: string, start?: number, end?: number): AsyncGenerator<Buffer> {
    const [store, inner] = await this.#storeOf(key);
    yield* store.pieces(inner, start, end);
  }

  async delete(key: string): Promise<void> {
    const [store, inner] = await this.#storeOf(key);
    return store.delete(inner);
  }

  async close(): Promise<void> {
    const buckets = await Promise.all(this.#buckets.values());
    await Promise.all([this.#folder, ...buckets].map((store) => store.close()));
  }

  readonly [Symbol.asyncDispose] = () => this.close();

  async #storeOf(key: string): Promise<[Store, string]> {
    if (!isS3Location(key)) return [this.#folder, key];
    const address = parseS3Location(key);
    if (address === null || address.key === '') {
      throw new UserError('bad-key', `${key} does not name an image: write s3://bucket/key.`);
    }
    let bucket = this.#buckets.get(address.bucket);
    if (bucket === undefined) {
      bucket = openStore(`s3://${address.bucket}`);
      this.#buckets.set(address.bucket, bucket);
    }
    return [await bucket, address.key];
  }
}

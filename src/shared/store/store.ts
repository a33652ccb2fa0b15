/** Where images come from and results go: a folder or a bucket, behind the same few verbs. */

export interface StoredObject {
  /** Key relative to the store's root, with `/` between parts, in Unicode as stored. */
  key: string;
  /** Bytes. */
  size: number;
}

export interface ObjectFacts {
  /** Bytes. */
  size: number;
  /** Changes when the object is written anew. */
  version: string;
}

export interface Store extends AsyncDisposable {
  /** The root as a person would write it (`/data/val`, `s3://bucket/prefix`), for messages. */
  readonly location: string;
  /**
   * Objects below the root in ascending order of their UTF-8 key bytes, page by page: memory does not grow with their number.
   * @param after begin behind this key
   */
  list(prefix?: string, after?: string): AsyncIterable<StoredObject>;
  /** @throws StoreError `not-found`, `access-denied`, `unavailable` */
  get(key: string): Promise<Buffer>;
  /** Writes the whole object or nothing: a reader never sees half of it. @throws StoreError `no-space`, `access-denied`, `unavailable` */
  put(key: string, body: Buffer | string, contentType: string): Promise<void>;
  /** As `put`, for a file of this machine of any size. */
  putFile(key: string, path: string, contentType: string): Promise<void>;
  exists(key: string): Promise<boolean>;
  /** @throws StoreError as `get` */
  facts(key: string): Promise<ObjectFacts>;
  /**
   * The object's bytes from `start` up to, not including, `end`, a piece at a time: memory does not grow with its size.
   * @throws StoreError as `get`; UserError `input-changed` when an object of a bucket is replaced meanwhile
   */
  pieces(key: string, start?: number, end?: number): AsyncIterable<Buffer>;
  /** Nothing happens when there is no such object. @throws StoreError `access-denied`, `unavailable` */
  delete(key: string): Promise<void>;
  close(): Promise<void>;
}

export type StoreErrorCode = 'not-found' | 'access-denied' | 'no-such-bucket' | 'no-space' | 'unavailable';

export class StoreError extends Error {
  readonly code: StoreErrorCode;
  /** Whether trying again later can help. */
  readonly transient: boolean;

  constructor(code: StoreErrorCode, message: string, options: ErrorOptions & { transient?: boolean } = {}) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
    this.transient = options.transient ?? code === 'unavailable';
  }
}

import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { UserError } from '../../explain/user-error.ts';
import { parseS3Location } from './location.ts';
import { DirectRequests } from './s3-direct.ts';
import { s3StoreError } from './s3-errors.ts';
import { uploadFile } from './s3-upload.ts';
import { type ObjectFacts, type Store, type StoredObject, StoreError } from './store.ts';
import { isHiddenKey } from './store-key.ts';

type Sdk = typeof import('@aws-sdk/client-s3');

/** The SDK repeats a request until its answer starts; a body that breaks off later is asked for again here. */
const bodyAttempts = 3;
/** Milliseconds without a byte in either direction after which a connection is given up. */
const idleTimeout = 60_000;
const pieceLength = 8 << 20;
const emptyPiece = { bytes: Buffer.alloc(0), size: 0, version: undefined };

/**
 * Opens `s3://bucket/prefix`. Credentials and region come from the AWS SDK's own chain (environment, profile, container or
 * instance role). `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL` names another S3 server, which is then addressed by path.
 *
 * @throws UserError `bad-location`
 */
export async function openS3Store(location: string, environment: NodeJS.ProcessEnv = process.env): Promise<S3Store> {
  const address = parseS3Location(location);
  if (address === null) {
    throw new UserError('bad-location', `${location} is not an S3 address: write s3://bucket or s3://bucket/prefix.`);
  }
  // The SDK's warning about coming versions concerns whoever updates it here, not whoever explains images.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  // Late, because the SDK takes longer to load than most commands take to run.
  const sdk = await import('@aws-sdk/client-s3');
  const client = new sdk.S3Client(clientConfiguration(environment));
  const prefix = address.key.replace(/\/+$/, '');
  return new S3Store(sdk, client, address.bucket, prefix === '' ? '' : `${prefix}/`);
}

function clientConfiguration(environment: NodeJS.ProcessEnv): S3ClientConfig {
  const endpoint = environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL;
  const region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  return {
    // Checksum trailers are stored as data by some S3 servers.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    followRegionRedirects: true,
    // A fifth less processor time for each request: no middleware is added after the first one.
    cacheMiddleware: true,
    // Idle time: the SDK only warns of a whole request that takes too long, and would wait for ever on a half-open connection.
    requestHandler: { connectionTimeout: 5_000, socketTimeout: idleTimeout },
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    // Other servers ignore the region, but a signature needs one.
    ...(region ? { region } : endpoint ? { region: 'us-east-1' } : {}),
  };
}

/** A bucket, or the part of one below a prefix, as a store. */
export class S3Store implements Store {
  readonly location: string;
  readonly #sdk: Sdk;
  readonly #client: S3Client;
  readonly #direct: DirectRequests;
  readonly #bucket: string;
  readonly #root: string;

  /** @param root '' or a prefix that ends with '/' */
  constructor(sdk: Sdk, client: S3Client, bucket: string, root: string) {
    this.#sdk = sdk;
    this.#client = client;
    this.#direct = new DirectRequests(client, bucket);
    this.#bucket = bucket;
    this.#root = root;
    this.location = `s3://${bucket}/${root}`.replace(/\/$/, '');
  }

  async *list(prefix = '', after = ''): AsyncGenerator<StoredObject> {
    let token: string | undefined;
    do {
      const page = await this.#listPage(prefix, token, after);
      for (const { Key, Size } of page.Contents ?? []) {
        if (Key === undefined) continue;
        const key = (page.EncodingType === 'url' ? decodeListedKey(Key) : Key).slice(this.#root.length);
        // A key that ends with '/' is the marker of an empty folder.
        if (key === '' || key.endsWith('/') || isHiddenKey(key)) continue;
        yield { key, size: Size ?? 0 };
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async get(key: string): Promise<Buffer> {
    const bytes = await this.#direct.get(this.#root + key);
    if (bytes !== null) return bytes;
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.#client.send(new this.#sdk.GetObjectCommand(this.#address(key)));
        if (answer.Body === undefined) return Buffer.alloc(0);
        const bytes = await answer.Body.transformToByteArray();
        return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      } catch (error) {
        const known = s3StoreError(error, 'read', this.#name(key));
        if (attempt === bodyAttempts || !(known instanceof StoreError && known.transient)) throw known;
      }
    }
  }

  async *pieces(key: string, from = 0, end = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
    let start = from;
    let size = Number.POSITIVE_INFINITY;
    let version: string | undefined;
    while (start < Math.min(size, end)) {
      const piece = await this.#piece(key, start, Math.min(start + pieceLength, end));
      if (version !== undefined && piece.version !== version) {
        throw new UserError(
          'input-changed',
          `${this.#name(key)} was replaced while it was read. Start again when it is whole.`,
        );
      }
      ({ size, version } = piece);
      if (piece.bytes.length === 0) return;
      yield piece.bytes;
      start += piece.bytes.length;
    }
  }

  async #piece(
    key: string,
    start: number,
    end: number,
  ): Promise<{ bytes: Buffer; size: number; version: string | undefined }> {
    for (let attempt = 1; ; attempt++) {
      try {
        const range = `bytes=${start}-${end - 1}`;
        const answer = await this.#client.send(new this.#sdk.GetObjectCommand({ ...this.#address(key), Range: range }));
        const body = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
        const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
        const size = Number(/\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1] ?? bytes.length);
        return { bytes, size, version: answer.ETag };
      } catch (error) {
        // An empty object has no first byte to ask for.
        if (start === 0 && error instanceof Error && error.name === 'InvalidRange') return emptyPiece;
        const known = s3StoreError(error, 'read', this.#name(key));
        if (attempt === bodyAttempts || !(known instanceof StoreError && known.transient)) throw known;
      }
    }
  }

  async put(key: string, body: Buffer | string, contentType: string): Promise<void> {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    if (await this.#direct.put(this.#root + key, bytes, contentType)) return;
    try {
      await this.#client.send(
        new this.#sdk.PutObjectCommand({ ...this.#address(key), Body: bytes, ContentType: contentType }),
      );
    } catch (error) {
      throw s3StoreError(error, 'write', this.#name(key));
    }
  }

  async putFile(key: string, path: string, contentType: string): Promise<void> {
    try {
      await uploadFile(this.#sdk, this.#client, { ...this.#address(key), ContentType: contentType }, path);
    } catch (error) {
      throw s3StoreError(error, 'write', this.#name(key));
    }
  }

  async facts(key: string): Promise<ObjectFacts> {
    try {
      const answer = await this.#client.send(new this.#sdk.HeadObjectCommand(this.#address(key)));
      const size = answer.ContentLength ?? 0;
      return { size, version: (answer.ETag ?? `${answer.LastModified?.getTime() ?? 0}-${size}`).replaceAll('"', '') };
    } catch (error) {
      throw s3StoreError(error, 'read', this.#name(key));
    }
  }

  async exists(key: string): Promise<boolean> {
    try {
      await this.#client.send(new this.#sdk.HeadObjectCommand(this.#address(key)));
      return true;
    } catch (error) {
      const known = s3StoreError(error, 'look for', this.#name(key));
      // The answer to HEAD has no body, so a missing bucket looks like a missing object; writing will tell.
      if (known instanceof StoreError && known.code === 'not-found') return false;
      throw known;
    }
  }

  async delete(key: string): Promise<void> {
    try {
      await this.#client.send(new this.#sdk.DeleteObjectCommand(this.#address(key)));
    } catch (error) {
      const known = s3StoreError(error, 'delete', this.#name(key));
      // Some servers answer so where S3 itself is silent.
      if (!(known instanceof StoreError && known.code === 'not-found')) throw known;
    }
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  readonly [Symbol.asyncDispose] = () => this.close();

  async #listPage(prefix: string, token: string | undefined, after: string) {
    try {
      return await this.#client.send(
        new this.#sdk.ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: this.#root + prefix,
          // Without it a key with a control character makes the answer unreadable.
          EncodingType: 'url',
          ...(after === '' ? {} : { StartAfter: this.#root + after }),
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
    } catch (error) {
      throw s3StoreError(error, 'list', this.location);
    }
  }

  #address(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: this.#root + key };
  }

  #name(key: string): string {
    return `s3://${this.#bucket}/${this.#root}${key}`;
  }
}

function decodeListedKey(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}

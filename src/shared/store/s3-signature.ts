/** Signature Version 4 of requests, as https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html describes it. */

import { createHash, createHmac } from 'node:crypto';

/** What is signed of a request. */
interface SignedParts {
  method: string;
  /** Percent-encoded as it is sent, without the query. */
  path: string;
  /** Percent-encoded, ordered by name; '' for none. */
  query: string;
  /** By names in lower case, `x-amz-date` and `x-amz-content-sha256` among them. */
  headers: Readonly<Record<string, string>>;
}

interface AccountKeys {
  accessKeyId: string;
  secretAccessKey: string;
}

/** Signs the requests of one account to one service in one region, over the same headers each time. */
export class RequestSigner {
  readonly #keys: AccountKeys;
  readonly #region: string;
  readonly #service: string;
  readonly #signed: readonly string[];
  /** A key is good for one day, and takes four times the work of a signature. */
  #dayKey: { day: string; key: Buffer } = { day: '', key: Buffer.alloc(0) };

  /** @param signed names of the headers that are signed, in lower case and in alphabetical order */
  constructor(keys: AccountKeys, region: string, service: string, signed: readonly string[]) {
    this.#keys = keys;
    this.#region = region;
    this.#service = service;
    this.#signed = signed;
  }

  /** The value of the header `authorization`. */
  authorization({ method, path, query, headers }: SignedParts): string {
    const { 'x-amz-date': time = '', 'x-amz-content-sha256': content = '' } = headers;
    const scope = `${time.slice(0, 8)}/${this.#region}/${this.#service}/aws4_request`;
    const names = this.#signed.join(';');
    const lines = this.#signed.map((name) => `${name}:${headers[name]}\n`).join('');
    const canonical = contentHash(`${method}\n${path}\n${query}\n${lines}\n${names}\n${content}`);
    const signature = hmac(this.#keyOf(time.slice(0, 8)), `AWS4-HMAC-SHA256\n${time}\n${scope}\n${canonical}`);
    const credential = `${this.#keys.accessKeyId}/${scope}`;
    return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature.toString('hex')}`;
  }

  #keyOf(day: string): Buffer {
    if (day !== this.#dayKey.day) {
      const secret = Buffer.from(`AWS4${this.#keys.secretAccessKey}`);
      this.#dayKey = { day, key: [day, this.#region, this.#service, 'aws4_request'].reduce(hmac, secret) };
    }
    return this.#dayKey.key;
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** What the header `x-amz-content-sha256` says of a body. */
export function contentHash(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

/** What the header `x-amz-date` says of a time: `20270131T120000Z`. @param time milliseconds since 1970 */
export function signingTime(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
}

/** A request that the SDK has made for one object, made again for others. */

import { randomUUID } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { contentHash, RequestSigner, signingTime } from './s3-signature.ts';

/** As the SDK's middleware hands it to the connection: signed. */
export type SignedRequest = Parameters<S3Client['config']['requestHandler']['handle']>[0];
export type Credentials = Awaited<ReturnType<S3Client['config']['credentials']>>;

export interface Content {
  body: Buffer;
  contentType: string;
}

/** Headers of which it is known how they depend on key, body and time. */
const knownHeaders = new Set([
  'amz-sdk-invocation-id',
  'amz-sdk-request',
  'authorization',
  'content-length',
  'content-type',
  'host',
  'user-agent',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-user-agent',
]);

export class RequestPattern {
  readonly #credentials: Credentials;
  readonly #sent: SignedRequest;
  readonly #signer: RequestSigner;
  /** What comes before the key. */
  readonly #path: string;
  readonly #query: string;

  private constructor(credentials: Credentials, sent: SignedRequest, signer: RequestSigner, path: string) {
    this.#credentials = credentials;
    this.#sent = sent.clone();
    this.#sent.body = undefined;
    this.#signer = signer;
    this.#path = path;
    this.#query = canonicalQuery(sent.query);
  }

  /**
   * @param key of the object that it asks for or brings
   * @returns null for a request with anything in it that is not understood: the signature made here must be the one that it has
   */
  static of(sent: SignedRequest, key: string, credentials: Credentials): RequestPattern | null {
    const { method, path, headers, body } = sent;
    const { authorization = '', 'amz-sdk-request': attempt = '', 'x-amz-content-sha256': content } = headers;
    // What came through at a second try only says little of the next request.
    if (!attempt.startsWith('attempt=1;') || !Object.keys(headers).every((name) => knownHeaders.has(name))) return null;
    const [, region, service, signed] =
      /\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+),/.exec(authorization) ?? [];
    const end = encodedKey(key);
    if (region === undefined || service === undefined || signed === undefined || !path.endsWith(`/${end}`)) return null;
    if (content !== contentHash(body instanceof Uint8Array ? body : '')) return null;
    const signer = new RequestSigner(credentials, region, service, signed.split(';'));
    if (signer.authorization({ method, path, query: canonicalQuery(sent.query), headers }) !== authorization)
      return null;
    return new RequestPattern(credentials, sent, signer, path.slice(0, path.length - end.length));
  }

  isOf({ accessKeyId, secretAccessKey, sessionToken }: Credentials): boolean {
    const own = this.#credentials;
    return (
      accessKeyId === own.accessKeyId && secretAccessKey === own.secretAccessKey && sessionToken === own.sessionToken
    );
  }

  /** @param time by the server's clock, in milliseconds since 1970 */
  request(key: string, time: number, content: Content | null): SignedRequest {
    const request = this.#sent.clone();
    const { method, headers } = request;
    request.path = this.#path + encodedKey(key);
    headers['amz-sdk-invocation-id'] = randomUUID();
    headers['x-amz-date'] = signingTime(time);
    if (content !== null) {
      request.body = content.body;
      headers['content-length'] = String(content.body.length);
      headers['content-type'] = content.contentType;
      headers['x-amz-content-sha256'] = contentHash(content.body);
    }
    headers.authorization = this.#signer.authorization({ method, path: request.path, query: this.#query, headers });
    return request;
  }
}

function canonicalQuery(query: SignedRequest['query']): string {
  return Object.entries(query)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .sort()
    .join('&');
}

/** All but letters, digits, `-._~` and `/` is percent-encoded: so it is sent, and signed. */
function encodedKey(key: string): string {
  return encodeURIComponent(key).replace(/%2F|[!'()*]/g, (found) =>
    found === '%2F' ? '/' : `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

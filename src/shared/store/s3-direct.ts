/**
 * Whole objects from and to a bucket without the SDK's middleware, which takes more of the processor than all the rest of a small request.
 * The SDK shows the way: what it sent, and what was answered well at once, is sent again for other objects. All else is the SDK's. Where a
 * request fails here for whatever reason, the same is asked of the SDK, whose errors, tries and redirects hold, and which shows the way anew.
 */

import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { type Content, type Credentials, RequestPattern, type SignedRequest } from './s3-request-pattern.ts';

type Command = 'GetObjectCommand' | 'PutObjectCommand';

/** Bytes. From 2 MiB on, the SDK asks the server first whether it may send them. */
const longestBody = 1 << 20;
/** Of patterns in a row that came to nothing. Then the server wants something that only the SDK does, and no request is made twice again. */
const mostFailures = 3;

export class DirectRequests {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #patterns = new Map<Command, RequestPattern>();
  #failures = 0;

  /** @param client its credentials, endpoint, connections and time limits are used; it has sent nothing yet */
  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const answer = await next(args);
          if (commandName === 'GetObjectCommand' || commandName === 'PutObjectCommand') {
            await this.#learn(commandName, args.input, args.request);
          }
          return answer;
        },
      // Behind the signature.
      { step: 'finalizeRequest', priority: 'low', name: 'directRequests' },
    );
  }

  /** @returns null: ask the SDK */
  get(key: string): Promise<Buffer | null> {
    return this.#send('GetObjectCommand', key, null);
  }

  /** @returns whether the object is stored; otherwise ask the SDK */
  async put(key: string, body: Buffer, contentType: string): Promise<boolean> {
    if (body.length > longestBody) return false;
    const answer = await this.#send('PutObjectCommand', key, { body, contentType });
    // The SDK tells by this, too, an error that came too late for the status.
    return answer !== null && !answer.subarray(-16).toString().endsWith('</Error>');
  }

  /** @returns the body of the answer */
  async #send(command: Command, key: string, content: Content | null): Promise<Buffer | null> {
    const pattern = this.#patterns.get(command);
    if (pattern === undefined) return null;
    const credentials = await this.#credentials();
    if (credentials === null || !pattern.isOf(credentials)) {
      this.#forget(command, pattern);
      return null;
    }
    // The SDK meets with the same error, and says what it is.
    const answer = await this.#answer(pattern, key, content).catch(() => null);
    if (answer?.status === 200) {
      this.#failures = 0;
      return answer.body;
    }
    // An object that is missing says nothing of others.
    if (answer?.status !== 404 && this.#forget(command, pattern)) this.#failures += 1;
    return null;
  }

  /** @returns whether it was still the one in use */
  #forget(command: Command, pattern: RequestPattern): boolean {
    return this.#patterns.get(command) === pattern && this.#patterns.delete(command);
  }

  /** @returns null where there are none: the SDK says why */
  #credentials(): Promise<Credentials | null> {
    return this.#client.config.credentials().catch(() => null);
  }

  async #answer(
    pattern: RequestPattern,
    key: string,
    content: Content | null,
  ): Promise<{ status: number; body: Buffer }> {
    const { systemClockOffset, requestHandler } = this.#client.config;
    const request = pattern.request(key, Date.now() + systemClockOffset, content);
    const { response } = await requestHandler.handle(request);
    return { status: response.statusCode, body: await wholeBody(response.body) };
  }

  async #learn(command: Command, input: object, request: unknown): Promise<void> {
    if (this.#patterns.has(command) || this.#failures >= mostFailures || !isSignedRequest(request)) return;
    if (!('Bucket' in input && 'Key' in input) || input.Bucket !== this.#bucket || typeof input.Key !== 'string')
      return;
    const credentials = await this.#credentials();
    const pattern = credentials === null ? null : RequestPattern.of(request, input.Key, credentials);
    if (pattern !== null) this.#patterns.set(command, pattern);
  }
}

function isSignedRequest(request: unknown): request is SignedRequest {
  return typeof request === 'object' && request !== null && 'clone' in request && 'headers' in request;
}

/** @throws what breaks it off */
function wholeBody(stream: unknown): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (!(stream instanceof Readable)) throw new Error('The answer has no body.');
    const pieces: Buffer[] = [];
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.once('end', () => resolve(Buffer.concat(pieces)));
    stream.on('error', reject);
    stream.once('close', () => reject(new Error('The answer broke off.')));
  });
}

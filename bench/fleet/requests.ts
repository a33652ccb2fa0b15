/** What reading and writing an object of a bucket costs this process, through Gradline's store, the AWS SDK, and Node alone. */

import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { openStore } from '../../src/shared/store/open-store.ts';
import { contentHash, RequestSigner, signingTime } from '../../src/shared/store/s3-signature.ts';
import { median } from '../statistics.ts';
import { printTable } from '../table.ts';
import { benchS3 } from './servers.ts';

interface Way {
  name: string;
  get(key: string): Promise<Buffer>;
  put(key: string, body: Buffer): Promise<unknown>;
  close(): unknown;
}

const Bucket = 'requests';
/** Bytes of a photograph and of its overlay. */
const [photo, overlay] = [60_000, 30_000];
const atATime = 4;

/** Prints microseconds of processor time a request, of this process alone: medians of rounds in which all take turns. */
export async function compareRequests({ requests, rounds }: { requests: number; rounds: number }): Promise<void> {
  const server = await benchS3(Bucket);
  const ways = [await throughStore(), throughSdk(server.endpoint), throughNode(server.endpoint)];
  const body = randomBytes(overlay);
  const times = ways.map(() => ({ get: [] as number[], put: [] as number[] }));
  try {
    const photoBytes = randomBytes(photo);
    await ways[0]?.put('photo.jpg', photoBytes);
    for (let round = -1; round < rounds; round += 1) {
      for (const [index, way] of ways.entries()) {
        const found = await way.get('photo.jpg');
        if (!found.equals(photoBytes)) throw new Error(`${way.name} does not read what was written.`);
        const get = await microseconds(requests, () => way.get('photo.jpg'));
        const put = await microseconds(requests, (number) => way.put(`${index}/${number % 50}.jpg`, body));
        if (round < 0) continue;
        times[index]?.get.push(get);
        times[index]?.put.push(put);
      }
    }
  } finally {
    for (const way of ways) await way.close();
    await server.stop();
  }
  console.log(`\nRequests to S3: ${rounds} rounds of ${requests}, ${atATime} at a time, a round before not counted`);
  printTable(
    ['', `GET of ${photo} bytes, CPU us`, `PUT of ${overlay} bytes, CPU us`],
    ways.map(({ name }, index) => [
      name,
      median(times[index]?.get ?? []).toFixed(0),
      median(times[index]?.put ?? []).toFixed(0),
    ]),
  );
}

async function microseconds(requests: number, ask: (number: number) => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  let next = 0;
  const lane = async () => {
    while (next < requests) await ask(next++);
  };
  await Promise.all(Array.from({ length: atATime }, lane));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requests;
}

async function throughStore(): Promise<Way> {
  const store = await openStore(`s3://${Bucket}`);
  return {
    name: "Gradline's store",
    get: (key) => store.get(key),
    put: (key, body) => store.put(key, body, 'image/jpeg'),
    close: () => store.close(),
  };
}

function throughSdk(endpoint: string): Way {
  const client = new S3Client({
    endpoint,
    forcePathStyle: true,
    cacheMiddleware: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return {
    name: 'AWS SDK',
    get: async (Key) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    put: (Key, Body) => client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'image/jpeg' })),
    close: () => client.destroy(),
  };
}

/** The least that Node can do: three signed headers, no errors told, no time limits. */
function throughNode(endpoint: string): Way {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_REGION = '' } = process.env;
  const account = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  const signer = new RequestSigner(account, AWS_REGION, 's3', ['host', 'x-amz-content-sha256', 'x-amz-date']);
  const agent = new Agent({ keepAlive: true });
  const { host } = new URL(endpoint);
  const ask = async (method: string, key: string, body: Buffer): Promise<Buffer> => {
    const path = `/${Bucket}/${key}`;
    const headers: Record<string, string> = {
      host,
      'x-amz-content-sha256': contentHash(body),
      'x-amz-date': signingTime(Date.now()),
      'content-length': String(body.length),
    };
    headers.authorization = signer.authorization({ method, path, query: '', headers });
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, endpoint), { method, headers, agent }, (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`The server answered ${answer.statusCode}.`));
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.once('end', () => resolve(Buffer.concat(pieces)));
      });
      sent.once('error', reject);
      sent.end(body);
    });
  };
  return {
    name: "Node's http, signed",
    get: (key) => ask('GET', key, Buffer.alloc(0)),
    put: (key, body) => ask('PUT', key, body),
    close: () => agent.destroy(),
  };
}

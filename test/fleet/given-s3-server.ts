/**
 * A running S3 server that `GRADLINE_TEST_S3_ENDPOINT` names, with the account of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. It is reached through a
 * port of this machine, so that a test can end its server as it ends one of its own. Test files must run one after the other.
 */

import { createServer, connect as plainConnection, type Socket } from 'node:net';
import { connect as tlsConnection } from 'node:tls';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { freePort } from './free-port.ts';

export interface S3Server {
  endpoint: string;
  /** What a process needs in its environment to reach the server. */
  environment: Record<string, string>;
  /** Number of the process that was started for it; null for one that is reached only. */
  pid: number | null;
  createBucket(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** @param address `http://host:port` or `https://host:port` */
export async function reachS3Server(address: string): Promise<S3Server> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION = 'us-east-1' } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new Error('GRADLINE_TEST_S3_ENDPOINT needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY beside it.');
  }
  const passage = await openPassage(new URL(address));
  const endpoint = `http://127.0.0.1:${passage.port}`;
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  const client = new S3Client({ endpoint, forcePathStyle: true, region: AWS_REGION, credentials });
  const created: string[] = [];
  return {
    endpoint,
    environment: { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION },
    pid: null,
    createBucket: async (name) => {
      // One that is there already may hold what somebody needs: the server says so, and the test fails.
      await client.send(new CreateBucketCommand({ Bucket: name }));
      created.push(name);
    },
    stop: async () => {
      for (const name of created) await removeBucket(client, name);
      client.destroy();
      passage.close();
    },
  };
}

async function removeBucket(client: S3Client, name: string): Promise<void> {
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: name })) {
    if (Contents.length === 0) continue;
    const Objects = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]));
    await client.send(new DeleteObjectsCommand({ Bucket: name, Delete: { Objects } }));
  }
  await client.send(new DeleteBucketCommand({ Bucket: name }));
}

/** A port of this machine whose connections go on to the server. */
async function openPassage({ protocol, hostname, port }: URL): Promise<{ port: number; close(): void }> {
  const secure = protocol === 'https:';
  const target = { host: hostname, port: Number(port || (secure ? 443 : 80)) };
  const sockets = new Set<Socket>();
  const passage = createServer((socket) => {
    const onward = secure ? tlsConnection({ ...target, servername: hostname }) : plainConnection(target);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => sockets.delete(one));
    }
  });
  const own = await freePort();
  await new Promise<void>((resolve) => passage.listen(own, '127.0.0.1', resolve));
  return {
    port: own,
    close: () => {
      passage.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

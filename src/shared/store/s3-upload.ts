/**
 * Files of this machine to S3. Own code: `@aws-sdk/lib-storage` sends the same requests, but gives a failed clearing away of parts as
 * the reason in place of what failed before, stores a file that became shorter without a word, and brings eleven packages.
 */

import { open } from 'node:fs/promises';
import type { S3Client } from '@aws-sdk/client-s3';

type Sdk = typeof import('@aws-sdk/client-s3');

/** A file up to this size is one request; of a larger one, each part holds as much, or what 10,000 parts need. */
const partLength = 16 << 20;
const mostParts = 10_000;

interface UploadTarget {
  Bucket: string;
  Key: string;
  ContentType: string;
}

/**
 * Puts a file of this machine, in parts where it is large. The object appears as a whole or not at all.
 * @throws what the SDK and the file system throw
 */
export async function uploadFile(sdk: Sdk, client: S3Client, target: UploadTarget, path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const read = async (start: number, length: number): Promise<Buffer> => {
      const body = Buffer.allocUnsafeSlow(length);
      const { bytesRead } = await file.read(body, 0, length, start);
      if (bytesRead !== length) throw new Error(`${path} became shorter while it was read.`);
      return body;
    };
    if (size <= partLength) {
      await client.send(new sdk.PutObjectCommand({ ...target, Body: await read(0, size) }));
      return;
    }
    await uploadParts(sdk, client, target, size, read);
  } finally {
    await file.close();
  }
}

async function uploadParts(
  sdk: Sdk,
  client: S3Client,
  target: UploadTarget,
  size: number,
  read: (start: number, length: number) => Promise<Buffer>,
): Promise<void> {
  const { Bucket, Key } = target;
  const length = Math.max(partLength, Math.ceil(size / mostParts));
  const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(target));
  const upload = { Bucket, Key, UploadId };
  try {
    const parts: { PartNumber: number; ETag: string | undefined }[] = [];
    for (let start = 0; start < size; start += length) {
      const PartNumber = parts.length + 1;
      const Body = await read(start, Math.min(length, size - start));
      const { ETag } = await client.send(new sdk.UploadPartCommand({ ...upload, PartNumber, Body }));
      parts.push({ PartNumber, ETag });
    }
    await client.send(new sdk.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } }));
  } catch (error) {
    // Parts of an unfinished upload are kept, and paid for, until someone clears them away.
    await client.send(new sdk.AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

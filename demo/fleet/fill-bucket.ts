/** Makes a bucket and puts the demo's pictures, model and class names into it: `node dist-tools/demo/fleet/fill-bucket.js s3://gradline`. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { InvalidArgumentError, program } from 'commander';
import { parseS3Location } from '../../src/shared/store/location.ts';
import { openS3Store } from '../../src/shared/store/s3-store.ts';
import { planImageSet } from '../draw/image-set.ts';
import { writeImageSet } from '../draw/write-image-set.ts';

interface Flags {
  count: number;
  seed: number;
}

/** Pictures that are sent at once. */
const uploads = 8;

program
  .name('fill-bucket')
  .description(
    'Makes a bucket, if it is not there, with validation/<class>/<number>.jpg and model/{demo.onnx,classes.json}.',
  )
  .argument('<bucket>', 'as s3://name')
  .option('--count <n>', 'pictures in all', wholeNumber, 120)
  .option('--seed <n>', 'the same seed draws the same pictures', wholeNumber, 7)
  .action(fillBucket);

await program.parseAsync();

async function fillBucket(location: string, { count, seed }: Flags): Promise<void> {
  const store = await openS3Store(location);
  const folder = await mkdtemp(join(tmpdir(), 'gradline-demo-'));
  try {
    await makeBucket(location);
    const set = join(folder, 'validation');
    const pictures = await writeImageSet(planImageSet('validation', count, seed), set);
    const queue = pictures.values();
    const sendSome = async (): Promise<void> => {
      for (const { key } of queue) await store.put(`validation/${key}`, await readFile(join(set, key)), 'image/jpeg');
    };
    await Promise.all(Array.from({ length: uploads }, sendSome));
    await store.put('model/classes.json', await readFile('demo/classes.json'), 'application/json');
    await store.put('model/demo.onnx', await readFile('demo/model/demo.onnx'), 'application/octet-stream');
    console.log(
      `${location} holds ${pictures.length} pictures in validation/, and the model and its classes in model/.`,
    );
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeBucket(location: string): Promise<void> {
  const address = parseS3Location(location);
  if (address === null || address.key !== '') {
    throw new InvalidArgumentError(`${location} is not a bucket: write it as s3://name.`);
  }
  const client = new S3Client({ forcePathStyle: true });
  try {
    await client.send(new CreateBucketCommand({ Bucket: address.bucket }));
  } catch (error) {
    // From an earlier start of the demo.
    if (!(error instanceof Error && error.name === 'BucketAlreadyOwnedByYou')) throw error;
  } finally {
    client.destroy();
  }
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

import { PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type OutputServer, serveOutput } from '../../src/report/serve/serve-output.ts';
import { FileStore } from '../../src/shared/store/file-store.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import type { Store } from '../../src/shared/store/store.ts';
import { type S3Server, s3ServerProgram, startS3Server } from '../fleet/s3-server.ts';
import { type WrittenReport, writeReport } from '../report/page/written-report.ts';
import { openPage, startBrowser } from './browser.ts';

const program = await s3ServerProgram();
/** The browser's anonymous reading needs a policy, which not every server that is given has. */
const ownServer = program !== null && !/^https?:/.test(program);
const bucket = 'report-of-a-night';
const classNames = ['balloon', 'lighthouse', 'sailboat'];
const keys = Array.from({ length: 66 }, (_, index) => `shots/a b+#${index}?%'"&ü<script>.jpg`);

describe.skipIf(!ownServer)('the report in a bucket', () => {
  let server: S3Server;
  let output: Store;
  let report: WrittenReport;
  let browser: Browser;
  let served: OutputServer;

  beforeAll(async () => {
    server = await startS3Server(program ?? '');
    for (const [name, value] of Object.entries(server.environment)) vi.stubEnv(name, value);
    await server.createBucket(bucket);
    await allowReading(server);
    await using since = await writeReport({ keys, classNames, isMistake: (index) => index % 4 === 0, lower: 3 });
    report = await writeReport({ keys, classNames, since });
    output = await openStore(`s3://${bucket}/night/1`);
    const folder = new FileStore(report.folder);
    for await (const { key } of folder.list()) {
      await output.put(key, await folder.get(key), contentTypes[/[^.]*$/.exec(key)?.[0] ?? ''] ?? '');
    }
    served = await serveOutput(output, 0);
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await served.close();
    await output.close();
    await report[Symbol.asyncDispose]();
    vi.unstubAllEnvs();
    await server.stop();
  });

  const addresses = {
    "the bucket's own address": () => `${server.endpoint}/${bucket}/night/1/report/index.html`,
    'gradline serve': () => `${served.address}/report/index.html`,
  };

  it.each(Object.entries(addresses))('opens from %s: pictures, an opened image, an earlier run', async (_, address) => {
    const { page, problems } = await openPage(browser, `${address()}#/images?show=mistakes`);
    const pictures = page.locator('.grid img');
    await expect
      .poll(() => pictures.evaluateAll((all) => all.map((img) => img instanceof HTMLImageElement && img.naturalWidth)))
      .toEqual(Array(22).fill(56));
    await page.locator('.grid a').first().click();
    await page.locator('.stage canvas').first().waitFor();
    await page.goto(`${address()}#/changes/fixed`);
    await page.locator('.change-card canvas').first().waitFor();
    await page.goto(`${address()}#/clusters/cluster-1`);
    await page.locator('.scatter a').first().waitFor();
    await page.waitForLoadState('networkidle');
    expect(problems).toEqual([]);
  });
});

/** As the run and the report write them. */
const contentTypes: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  jpg: 'image/jpeg',
};

async function allowReading({ endpoint, environment }: S3Server): Promise<void> {
  const client = new S3Client({
    endpoint,
    forcePathStyle: true,
    region: environment.AWS_REGION ?? '',
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
    },
  });
  const statement = {
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${bucket}/*`,
  };
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy }));
  client.destroy();
}

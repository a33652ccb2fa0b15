import { afterAll, beforeAll, vi } from 'vitest';
import { type S3Server, s3ServerProgram, startS3Server } from './s3-server.ts';

/** Null where there is no S3 server to start: its tests are left out then. */
export const s3Program = await s3ServerProgram();

/**
 * An S3 server for the tests of one `describe`, which the environment of this process names.
 * @param buckets made empty
 * @returns the server, from the first test on
 */
export function useS3(...buckets: string[]): () => S3Server {
  let server: S3Server | null = null;
  beforeAll(async () => {
    server = await startS3Server(s3Program ?? '');
    for (const [name, value] of Object.entries(server.environment)) vi.stubEnv(name, value);
    for (const bucket of buckets) await server.createBucket(bucket);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server?.stop();
  });
  return () => {
    if (server === null) throw new Error('The S3 server is started before the first test.');
    return server;
  };
}

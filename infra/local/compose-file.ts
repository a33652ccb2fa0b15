/** docker-compose.yml, as far as plain processes can follow it. A key that is not listed here is an error, so that none is overlooked. */

import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';

const seconds = z
  .string()
  .regex(/^\d+s$/, 'must be whole seconds, such as 45s')
  .transform((text) => Number.parseInt(text, 10));

const service = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.literal('.'), dockerfile: z.string(), target: z.string() }).optional(),
  command: z.array(z.string()),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({
        condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']),
      }),
    )
    .default({}),
  healthcheck: z
    .strictObject({
      test: z.tuple([z.literal('CMD'), z.string()], z.string()),
      interval: seconds,
      timeout: seconds,
      retries: z.number().int(),
    })
    .optional(),
  expose: z.array(z.string().regex(/^\d+$/)).max(1).default([]),
  /** `volume:/folder` */
  volumes: z.array(z.string().regex(/^[a-z][a-z0-9-]*:\/[^:]+$/)).default([]),
  profiles: z.array(z.string()).default([]),
  /** Without it a service is expected to end. */
  restart: z.literal('unless-stopped').optional(),
  stop_grace_period: seconds.default(10),
  deploy: z
    .strictObject({ replicas: z.number().int().positive().optional(), resources: z.unknown().optional() })
    .default({}),
  // What concerns containers only.
  user: z.string(),
  init: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
});

const composeFile = z
  .object({
    name: z.string(),
    services: z.record(z.string(), service),
    volumes: z.record(z.string(), z.null()),
  })
  .catchall(z.unknown());

export type ComposeService = z.infer<typeof service>;
export type ComposeFile = z.infer<typeof composeFile>;

/** @throws ZodError naming the first key that is not understood */
export async function readComposeFile(path: string): Promise<ComposeFile> {
  return composeFile.parse(parse(await readFile(path, 'utf8'), { merge: true }));
}

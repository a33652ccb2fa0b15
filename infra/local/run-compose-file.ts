/** One run of the stack in docker-compose.yml as plain processes, from its servers to the end of its producer. */

import { join } from 'node:path';
import { redisServerProgram } from '../../test/fleet/redis-server.ts';
import { localS3Server } from '../../test/fleet/s3-server.ts';
import { type ComposeFile, readComposeFile } from './compose-file.ts';
import { freePorts } from './free-ports.ts';
import { readImages } from './image.ts';
import { type FleetEvents, LocalFleet } from './local-fleet.ts';

export interface LocalPlaces {
  /** The repository's root, with docker-compose.yml. */
  root: string;
  /** Where the command line is built; the demo is in dist-tools of the root. */
  dist: string;
  /** Gets the volumes. */
  folder: string;
}

export interface LocalServers {
  redis: string;
  s3: string;
}

/** The programs of the two servers. Null, after a line that says why, where one is missing. */
export async function localServers(): Promise<LocalServers | null> {
  const [redis, s3] = await Promise.all([redisServerProgram(), localS3Server()]);
  return redis === null || s3 === null ? null : { redis, s3 };
}

/** @returns where the run's results are on this machine. @throws Error as `LocalFleet.run` */
export async function runComposeFile(
  places: LocalPlaces,
  servers: LocalServers,
  events: FleetEvents,
  signal: AbortSignal,
): Promise<string> {
  const { root, folder, dist } = places;
  const file = await readComposeFile(join(root, 'docker-compose.yml'));
  const images = await readImages(join(root, 'infra/Dockerfile'));
  const exposing = Object.entries(file.services).filter(([, { expose }]) => expose.length > 0);
  const free = await freePorts(exposing.length);
  const ports = new Map(exposing.map(([name], i) => [name, free[i] ?? 0]));
  const programs = new Map([
    ['gradline', [process.execPath, join(dist, 'cli/gradline.cjs')]],
    ['node', [process.execPath]],
    ['redis-server', [servers.redis]],
    ['versitygw', [servers.s3]],
  ]);
  const fleet = new LocalFleet(file, images, { root, folder, ports, programs }, events);
  try {
    await fleet.run(signal);
  } finally {
    await fleet.stop();
  }
  return outputFolder(file, folder);
}

/** VersityGW keeps each object as a file, `<its volume>/buckets/<bucket>/<key>`. */
function outputFolder({ services }: ComposeFile, folder: string): string {
  const command = services.producer?.command ?? [];
  const output = command[command.indexOf('--output') + 1] ?? '';
  return join(folder, 's3-data', 'buckets', output.replace('s3://', ''));
}

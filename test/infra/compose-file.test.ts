import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ComposeFile, readComposeFile } from '../../infra/local/compose-file.ts';
import { readImages } from '../../infra/local/image.ts';
import { composeGoProgram, readWithComposeGo } from './compose-go.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const path = join(root, 'docker-compose.yml');
const composeGo = await composeGoProgram();

describe.skipIf(composeGo === null)('docker-compose.yml for the Compose specification', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gradline-test-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('is read as it is here', async () => {
    const { services } = await readComposeFile(path);
    const asked = Object.entries(services).map(([name, { image, command, environment, depends_on }]) => {
      const conditions = Object.entries(depends_on).map(([other, { condition }]) => [
        other,
        expect.objectContaining({ condition }),
      ]);
      const variables = Object.keys(environment).length === 0 ? {} : { environment };
      const order = conditions.length === 0 ? {} : { depends_on: Object.fromEntries(conditions) };
      return [name, expect.objectContaining({ image, command, ...variables, ...order })];
    });
    expect(await readWithComposeGo(composeGo ?? '', path)).toMatchObject({ services: Object.fromEntries(asked) });
  });

  test.each([
    ['a key that the specification lacks', 'stop_grace_period:', 'stop_grace:', /stop_grace/],
    ['a condition that it lacks', 'condition: service_healthy', 'condition: service_health', /service_health/],
    ['a device without capabilities', 'capabilities: [gpu]', "count: 'one'", /devices/],
  ])('would be refused with %s', async (_, text, wrong, message) => {
    const file = join(folder, 'docker-compose.yml');
    await writeFile(file, (await readFile(path, 'utf8')).replace(text, wrong));
    await expect(readWithComposeGo(composeGo ?? '', file)).rejects.toThrow(message);
  });
});

describe('the services of docker-compose.yml', () => {
  let file: ComposeFile;
  beforeAll(async () => {
    file = await readComposeFile(path);
  });
  const services = () => Object.entries(file.services);

  test('are built from stages of the Dockerfile, or pinned to a version', async () => {
    const stages = await readImages(join(root, 'infra/Dockerfile'));
    for (const [name, { build, image }] of services()) {
      if (build === undefined) expect(image, name).toMatch(/:\d+\.\d+\.\d+/);
      else expect([...stages.keys()], name).toContain(build.target);
    }
  });

  test('do not run as root', () => {
    for (const [name, { user }] of services()) expect(user, name).toMatch(/^(redis|[1-9]\d*:[1-9]\d*)$/);
  });

  test('keep their data in volumes that the file names', () => {
    const mounted = services().flatMap(([, { volumes }]) => volumes.map((volume) => volume.split(':')[0]));
    expect(new Set(mounted)).toEqual(new Set(Object.keys(file.volumes)));
  });

  test('wait for services that are there', () => {
    for (const [name, { depends_on }] of services()) {
      for (const other of Object.keys(depends_on)) expect(Object.keys(file.services), name).toContain(other);
    }
  });

  test('have a health check where another waits for health', () => {
    const waitedFor = services().flatMap(([, { depends_on }]) =>
      Object.entries(depends_on).flatMap(([name, { condition }]) => (condition === 'service_healthy' ? [name] : [])),
    );
    expect(new Set(waitedFor)).toEqual(new Set(['redis', 's3']));
    for (const name of waitedFor) expect(file.services[name]?.healthcheck, name).toBeDefined();
  });

  test('leave a worker time to drain', () => {
    const workers = services().filter(([, { command }]) => command[0] === 'worker');
    expect(workers.map(([name]) => name)).toEqual(['worker', 'worker-gpu']);
    for (const [name, { command, stop_grace_period }] of workers) {
      const deadline = Number(command[command.indexOf('--drain-deadline') + 1]);
      expect(deadline, name).toBeGreaterThan(0);
      // Some seconds to close connections after the deadline.
      expect(stop_grace_period, name).toBeGreaterThanOrEqual(deadline + 15);
    }
  });

  test('run Redis so that it neither evicts nor forgets', () => {
    const command = file.services.redis?.command.join(' ');
    expect(command).toContain('--appendonly yes');
    expect(command).toContain('--maxmemory-policy noeviction');
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { runManifest } from '../../src/producer/run-manifest.ts';
import { readConfiguration, writtenSettings } from '../../src/shared/run/read-configuration.ts';
import { faultsOf } from '../infra/chart/kubernetes-schema.ts';
import { manifest, podOf } from '../infra/chart/manifest.ts';

const flags = { input: 's3://photos/val', model: 's3://models/m.onnx', output: 's3://results/Val 1' };
const described = (settings: Record<string, unknown>, words: string[] = []) =>
  runManifest({ settings, arguments: words, image: 'gradline:1.2.3' });
const read = (text: string) => parseAllDocuments(text).map((document) => manifest.parse(document.toJS()));

describe('a run as a manifest', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gradline-test-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('is a ConfigMap and a Job that Kubernetes takes, also in a namespace that enforces "restricted"', () => {
    const objects = read(described(flags, ['--run', 'night-1', '--wait']));
    expect(objects.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Job']);
    expect(objects.flatMap((object) => faultsOf(object))).toEqual([]);
    const pod = objects[1] && podOf(objects[1]);
    expect(pod?.spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(pod?.spec.containers).toMatchObject([
      {
        image: 'gradline:1.2.3',
        args: ['enqueue', '--config', '/etc/gradline/runs/run.yaml', '--run', 'night-1', '--wait'],
        env: expect.arrayContaining([{ name: 'ORT_DISABLE_TELEMETRY', value: '1' }]),
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          readOnlyRootFilesystem: true,
        },
      },
    ]);
  });

  test.each([
    ['flags as text', { ...flags, size: '256x320', layers: 'layer3,layer4', 'shard-size': '10', report: false }, null],
    [
      'lists and numbers of a file',
      { output: 's3://results/b' },
      'input: s3://a/b\nmodel: m.onnx\nlayers: [a, "b: c"]\nmean: [0.5, 0.5, 0.5]\nresize: 256\n',
    ],
    [
      'a recipe, text that YAML would read otherwise',
      { ...flags, target: 'class:yes', labels: 'folder', pillow: '12' },
      'max-failures: 5%\nclasses: "names.txt"\n',
    ],
    ["values for the model's inputs", { ...flags, inputs: ['training=false', 'age=[0.1,0.2]'] }, null],
  ])('means the same as the command: %s', async (_, given, text) => {
    const file = text === null ? null : join(folder, 'gradline.yaml');
    if (file !== null) await writeFile(file, text ?? '');
    const [settings] = read(described((await writtenSettings(given, file)).settings));
    const elsewhere = join(await mkdtemp(join(folder, 'pod-')), 'run.yaml');
    await writeFile(elsewhere, settings?.data?.['run.yaml'] ?? '');
    expect(await readConfiguration({}, elsewhere)).toEqual(await readConfiguration(given, file));
  });

  test('has a name of its own for other settings, and the same for the same', () => {
    const name = (text: string) => read(text)[1]?.metadata.name;
    expect(name(described(flags))).toMatch(/^gradline-val-1-[0-9a-f]{8}$/);
    expect(name(described(flags))).toBe(name(described({ ...flags })));
    expect(name(described(flags))).not.toBe(name(described({ ...flags, limit: 5 })));
    expect(name(described({ ...flags, output: `s3://results/${'x'.repeat(99)}/` }))?.length).toBeLessThanOrEqual(63);
    expect(name(described({ ...flags, output: 's3://b/???' }))).toMatch(/^gradline-[0-9a-f]{8}$/);
  });

  test('knows no setting that the command does not know', async () => {
    await expect(writtenSettings({ ...flags, layer: 'x' })).rejects.toThrow(/no setting --layer.*layers/);
  });
});

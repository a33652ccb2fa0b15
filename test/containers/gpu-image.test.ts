/** `npm run test:gpu-image`: the gpu target of infra/Dockerfile built for real, and run as a cluster runs it, on a machine without a card. */

import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tinyProject } from '../cli/gradline.ts';
import { buildGpuImage, runContainer } from './podman.ts';

describe.skipIf(process.env.GRADLINE_GPU_IMAGE === undefined)('the gpu image', () => {
  let folder: string;
  beforeAll(async () => {
    await buildGpuImage();
    folder = await mkdtemp(join(tmpdir(), 'gradline-gpu-image-'));
    await tinyProject(9, folder);
    await mkdir(join(folder, 'out'));
    await chmod(join(folder, 'out'), 0o777);
    await chmod(folder, 0o755);
  }, 3_600_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const gradline = (...words: string[]) =>
    runContainer({ image: 'gpu', words, options: ['--network', 'none', '--volume', `${folder}:/data`] });
  const explain = (output: string, provider: string) =>
    gradline(
      ...['run', '/data/photos', '--model', '/data/model.onnx', '--classes', '/data/classes.txt'],
      ...['--preprocess', 'none', '--labels', 'folder', '--output', `/data/out/${output}`, '--provider', provider],
    );

  test.for(['cpu', 'auto'])('explains a folder with --provider %s', async (provider) => {
    const { code, stderr } = await explain(provider, provider);
    expect(code, stderr).toBe(0);
    const file = JSON.parse(await readFile(join(folder, 'out', provider, 'run.json'), 'utf8'));
    expect(file).toMatchObject({ state: 'complete', counts: { done: 9 }, execution: { provider: 'cpu' } });
  });

  test('lacks the driver and nothing else', async () => {
    const { code, stdout } = await gradline('doctor', '--provider', 'cuda');
    expect(stdout).toMatch(/^ +ok +ONNX Runtime's CUDA provider/m);
    expect(stdout).toMatch(/^ +ok +CUDA 13/m);
    expect(stdout).toMatch(/^ +ok +cuDNN 9/m);
    expect(stdout).toMatch(/^ +MISSING +NVIDIA's driver/m);
    expect(code).toBe(1);
  });

  test('says so where CUDA is asked for, and writes nothing', async () => {
    const { code, stderr } = await explain('cuda', 'cuda');
    expect(stderr).toMatch(/^gradline: The execution provider cuda cannot start: this machine lacks NVIDIA's driver\./);
    expect(code).toBe(2);
  });
});

import { describe, expect, test } from 'vitest';
import { linkedLibraries, providerLibraries } from '../../../src/shared/gpu/cuda-needs.ts';
import { cudaReportText, examineCuda } from '../../../src/shared/gpu/cuda-report.ts';
import { readCards } from '../../../src/shared/gpu/driver.ts';
import type { Machine } from '../../../src/shared/gpu/machine.ts';
import { all, completeMachine, machineWith } from './machine-fixture.ts';

async function found(machine: Machine): Promise<Record<string, [boolean, string]>> {
  const { parts } = await examineCuda(machine);
  return Object.fromEntries(parts.map(({ part, ok, found }) => [part, [ok, found]]));
}

describe('a machine is examined', () => {
  test('that has all that CUDA needs', async () => {
    const machine = await completeMachine();
    const report = await examineCuda(machine);
    expect(report).toMatchObject({ ready: true, driver: '580.159.04' });
    expect(report.parts.map(({ part, ok, mend }) => [part, ok, mend])).toEqual([
      ['provider', true, []],
      ['cuda', true, []],
      ['cudnn', true, []],
      ['driver', true, []],
    ]);
    expect(cudaReportText(report).join('\n')).not.toContain('To mend it');
    expect(await readCards(machine)).toEqual([{ index: 0, name: 'NVIDIA H200', memory: 143771 }]);
  });

  test('that has nothing', async () => {
    const report = await examineCuda(await machineWith({}));
    expect(report).toMatchObject({ ready: false, driver: null });
    expect(report.parts.map(({ ok }) => ok)).toEqual([false, false, false, false]);
    const text = cudaReportText(report).join('\n');
    for (const name of [...providerLibraries, ...linkedLibraries, 'libcudnn.so.9', 'libcuda.so.1']) {
      expect(text).toContain(name);
    }
    for (const command of ['gradline setup-gpu', 'nvidia-cudnn-cu13', 'export LD_LIBRARY_PATH=', 'libcudnn9-cuda-13']) {
      expect(text).toContain(command);
    }
    expect(text.split('\n').length).toBeLessThan(20);
  });

  test('whose libraries are only in the cache of the linker, before the provider is there', async () => {
    const { cuda, cudnn } = await found(await machineWith({ cached: all }));
    expect(cuda).toEqual([true, linkedLibraries.join(', ')]);
    expect(cudnn).toEqual([true, 'libcudnn.so.9']);
  });

  test('that has another CUDA', async () => {
    const libraries = ['libcudart.so.12', 'libcudnn.so.8', 'libcudnn.so.8.9.7'];
    const { cuda, cudnn } = await found(await completeMachine({ libraries }));
    expect(cuda?.[1]).toContain('libcudart is there in version 12');
    expect(cudnn?.[1]).toContain('libcudnn is there in version 8');
  });

  test('that lacks what only some models need', async () => {
    const libraries = all.filter((name) => !name.startsWith('libcufft'));
    const report = await examineCuda(await completeMachine({ libraries }));
    expect(report.ready).toBe(true);
    expect(report.parts[1]?.found).toContain('without libcufft.so.12');
  });

  test('whose driver is too old', async () => {
    const { driver } = await found(await completeMachine({ driver: '570.86.15' }));
    expect(driver).toEqual([false, '570.86.15, which is older than 580, the first one for CUDA 13']);
  });

  test('whose container was started without the driver’s libraries', async () => {
    const report = await examineCuda(await completeMachine({ cached: [] }));
    const driver = report.parts.at(-1);
    expect(driver?.found).toBe('libcuda.so.1 not found, 580.159.04 is loaded');
    expect(driver?.mend.join()).toContain('--gpus all');
  });

  test('that ONNX Runtime has no CUDA for', async () => {
    const machine = await completeMachine();
    const report = await examineCuda({ ...machine, platform: 'darwin', arch: 'arm64' });
    expect(report.parts.map(({ part, ok }) => [part, ok])).toEqual([['system', false]]);
  });
});

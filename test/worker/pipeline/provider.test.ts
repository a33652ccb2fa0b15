import { describe, expect, test } from 'vitest';
import { openProvider, type ProviderRequest, tryProvider } from '../../../src/worker/pipeline/provider.ts';
import { completeMachine, machineWith } from '../../shared/gpu/machine-fixture.ts';

const request = (name: string, more: Partial<ProviderRequest> = {}): ProviderRequest => ({
  name,
  devices: null,
  fallback: false,
  ...more,
});
const cpu = { name: 'cpu', devices: [], fallback: null };

describe('auto', () => {
  test('is the CPU where there is no card, and nothing is wrong with that', async () => {
    expect(await openProvider(request('auto'), await machineWith({}))).toEqual(cpu);
  });

  test('is the CPU where CUDA lacks something, and says so', async () => {
    const machine = await completeMachine({ libraries: [], provider: [] });
    expect(await openProvider(request('auto'), machine)).toEqual({
      ...cpu,
      fallback: expect.stringMatching(/lacks ONNX Runtime's CUDA provider, CUDA 13, cuDNN 9\. gradline doctor says/),
    });
  });

  test('is the CPU where CUDA has all it needs but does not start', async () => {
    const { fallback, ...provider } = await openProvider(request('auto'), await completeMachine());
    expect(provider).toEqual({ name: 'cpu', devices: [] });
    expect(fallback).toMatch(/shared library.*gradline doctor/);
  });

  test('means CUDA where a card is named', async () => {
    const opening = openProvider(request('auto', { devices: [1] }), await machineWith({}));
    await expect(opening).rejects.toMatchObject({ message: expect.stringMatching(/^The execution provider cuda/) });
  });
});

describe('a provider that cannot start', () => {
  test('is refused with what CUDA lacks and how to get it', async () => {
    const opening = openProvider(request('cuda'), await machineWith({}));
    await expect(opening).rejects.toMatchObject({
      name: 'UserError',
      code: 'provider-unavailable',
      message: expect.stringMatching(/--provider-fallback\.\n\n.*libcudnn\.so\.9.*gradline setup-gpu/s),
    });
  });

  test('does not offer what the command has no flag for', async () => {
    const error = await openProvider(request('qnn', { fallback: null })).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(
      /qnn cannot start: this build .* Install what it needs, or choose another --provider\.$/,
    );
  });

  test('gives way to the CPU where that is allowed', async () => {
    const provider = await openProvider(request('cuda', { fallback: true }), await machineWith({}));
    expect(provider).toMatchObject({ name: 'cpu', devices: [], fallback: expect.stringContaining('lacks') });
  });
});

test('a provider that starts is tried on the cards that are asked for', async () => {
  const machine = await machineWith({});
  expect(await tryProvider('cpu', null, machine)).toEqual({ devices: [] });
  expect(await tryProvider('cpu', [0, 1], machine)).toEqual({ devices: [0, 1] });
});

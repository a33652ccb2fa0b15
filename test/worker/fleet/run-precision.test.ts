import { expect, onTestFinished, test, vi } from 'vitest';
import { LeftToOthers } from '../../../src/worker/fleet/failures.ts';
import { checkPrecision, takenPrecisions } from '../../../src/worker/fleet/run-precision.ts';

test('a worker takes runs in float32, and on a GPU those in float16, which need the same of the process', () => {
  vi.stubEnv('NVIDIA_TF32_OVERRIDE', undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(takenPrecisions('cpu')).toEqual(['float32']);
  expect(takenPrecisions('cuda')).toEqual(['float32', 'float16']);
});

test('with a precision of its own it takes runs in that one alone, also where the environment says so', () => {
  expect(takenPrecisions('cuda', 'tf32')).toEqual(['tf32']);
  expect(takenPrecisions('cuda', 'float16')).toEqual(['float16']);
  vi.stubEnv('NVIDIA_TF32_OVERRIDE', '1');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(takenPrecisions('cuda')).toEqual(['tf32']);
});

test('a precision that the provider does not have is refused', () => {
  expect(() => takenPrecisions('cpu', 'float16')).toThrow(/needs a GPU/);
});

test('a run without a precision is one in float32', () => {
  checkPrecision('r1', {}, ['float32']);
  expect(() => checkPrecision('r1', {}, ['tf32'])).toThrow(LeftToOthers);
  expect(() => checkPrecision('r1', {}, ['tf32'])).toThrow(
    /r1 is to be computed in float32, and this worker computes in tf32\. .*with --precision float32\.$/,
  );
});

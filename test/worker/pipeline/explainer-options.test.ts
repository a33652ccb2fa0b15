import { expect, test } from 'vitest';
import { explainerOptions } from '../../../src/worker/pipeline/explainer-options.ts';
import { configurationIn, temporaryFolder } from '../local/run-fixture.ts';

test.each([
  ['cpu', 8],
  ['cuda', 64],
  ['webgpu', 64],
])('on %s a batch has %d images unless the run says otherwise', async (name, images) => {
  const configuration = { ...(await configurationIn(await temporaryFolder())), batchSize: null };
  const provider = { name, devices: [], fallback: null };
  expect(explainerOptions(configuration, null, provider)).toMatchObject({ batchSize: images, provider: { name } });
  expect(explainerOptions({ ...configuration, batchSize: 3 }, null, provider).batchSize).toBe(3);
});

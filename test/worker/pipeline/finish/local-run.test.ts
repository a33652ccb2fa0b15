import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import {
  configurationIn,
  explain,
  recordsIn,
  runFileIn,
  temporaryFolder,
  writeInto,
  writePictures,
} from '../../local/run-fixture.ts';

test('a local run writes its scores as a table, too', async () => {
  const folder = await temporaryFolder();
  await writePictures(join(folder, 'input'), 10);
  await writeInto(join(folder, 'input'), 'red/broken.png', 'no picture');
  const configuration = await configurationIn(folder, { labels: 'folder' });
  await explain(configuration);
  const file = await asyncBufferFromFile(join(configuration.output, 'scores/scores.parquet'));
  const rows = await parquetReadObjects({ file });
  const records = await recordsIn(configuration.output);
  expect(rows.map(({ key, status }) => ({ key, status }))).toEqual(records.map(({ key, status }) => ({ key, status })));
  expect(rows.filter(({ error_code }) => error_code === 'not-an-image')).toHaveLength(1);
});

test('a local run stops when more images fail than are allowed', async () => {
  const folder = await temporaryFolder();
  await writePictures(join(folder, 'input'), 12);
  for (let i = 0; i < 12; i += 1) await writeInto(join(folder, 'input'), `broken/${i}.png`, 'no picture');
  const configuration = await configurationIn(folder, { maxFailures: '5' });
  await expect(explain(configuration)).rejects.toMatchObject({
    code: 'too-many-failures',
    message: expect.stringMatching(/^\d+ images failed, more than the 5 that --max-failures allows\./),
  });
  expect(await runFileIn(configuration.output)).toMatchObject({
    state: 'failed',
    error: { code: 'too-many-failures' },
  });
});

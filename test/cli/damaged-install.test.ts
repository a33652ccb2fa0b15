import { spawnSync } from 'node:child_process';
import { cp, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../shared/temporary-folder.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

test('a command whose own files are gone, as during an update, says what it was about to say, and ends', async () => {
  const folder = await temporaryFolder();
  await cp(process.env.GRADLINE_TEST_DIST ?? join(repository, 'dist'), join(folder, 'dist'), { recursive: true });
  for (const name of ['package.json', 'node_modules']) await symlink(join(repository, name), join(folder, name));
  await rm(join(folder, 'dist/cli/print-error.js'));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(folder, 'dist/cli/main.js'), 'diff', join(folder, 'no'), join(folder, 'none')],
    { encoding: 'utf8', timeout: 60_000 },
  );
  expect({ status, stdout, lines: stderr.split('\n').length }).toEqual({ status: 3, stdout: '', lines: 2 });
  expect(stderr).toMatch(/^gradline: There is no run\.json in /);
});

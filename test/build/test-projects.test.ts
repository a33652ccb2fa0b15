import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { projectOf } from '../../build/test-projects.mjs';

test.each([
  ['test/report/clusters/claims.test.ts', 'fast'],
  ['test/explain/cam.test.ts', 'models'],
  ['test/gaps/planted-gaps.test.ts', 'models'],
  ['test/cli/run.test.ts', 'servers'],
  ['test/infra/plain-processes.test.ts', 'servers'],
  ['test/browser/report-views.test.ts', 'browser'],
])('%s belongs to %s', (file, project) => {
  expect(projectOf(file)).toBe(project);
});

test('the setup of the fast tests lets none start a process or a server', async () => {
  await import('../start-nothing.ts');
  expect(() => spawn('true')).toThrow('"fast"');
  expect(() => spawnSync('true')).toThrow('"fast"');
  expect(() => createServer().listen(0)).toThrow('"fast"');
});

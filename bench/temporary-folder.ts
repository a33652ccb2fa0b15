import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is removed, with all that is in it, when the process ends; Ctrl-C ends it too. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gradline-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  process.once('SIGINT', () => process.exit(130));
  return folder;
}

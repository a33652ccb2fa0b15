import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = fileURLToPath(new URL('../../node_modules/.cache/gradline', import.meta.url));

/**
 * The path of a Node.js of this major version: the running one, or the newest that npm's registry has for this system, kept in
 * node_modules/.cache.
 * @throws Error where the registry has none, or cannot be reached
 */
export async function nodeProgram(major: number): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const place = join(cache, `node-${major}`);
  const program = join(place, 'bin/node');
  if (existsSync(program)) return program;
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, `fetching-node-${major}-`));
  try {
    const name = `node-${process.platform}-${process.arch}@${major}`;
    await run('npm', ['pack', name, '--prefer-offline', '--pack-destination', folder]);
    const [archive = ''] = await readdir(folder);
    await run('tar', ['-xzf', archive, 'package/bin/node'], { cwd: folder });
    await rename(join(folder, 'package'), place);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return program;
}

/** The Compose specification's own reader, which Docker Compose is built on. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const version = 'v2.16.1';
const folder = fileURLToPath(new URL(`../../node_modules/.cache/gradline/compose-go-${version}/`, import.meta.url));

/** Built by Go the first time, in less than a minute. Null where it cannot be built. */
export async function composeGoProgram(): Promise<string | null> {
  const program = join(folder, process.platform === 'win32' ? 'cmd.exe' : 'cmd');
  if (existsSync(program)) return program;
  await mkdir(folder, { recursive: true });
  try {
    await run('go', ['install', `github.com/compose-spec/compose-go/v2/cmd@${version}`], {
      env: { ...process.env, GOBIN: folder },
    });
    return program;
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error);
    process.stderr.write(
      `The Compose file is not checked against the specification: compose-go cannot be built (${reason}).\n`,
    );
    return null;
  }
}

/**
 * The file as Docker Compose reads it: checked against the specification's schema, with anchors and defaults filled in.
 * @throws Error with what compose-go says about a file that it refuses
 */
export async function readWithComposeGo(program: string, file: string): Promise<unknown> {
  try {
    const { stdout } = await run(program, ['-format', 'json', file], { cwd: dirname(file) });
    return JSON.parse(stdout);
  } catch (error) {
    if (error instanceof Error && 'stderr' in error && error.stderr !== '') throw new Error(String(error.stderr));
    throw error;
  }
}

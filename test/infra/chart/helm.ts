/** Helm and the chart: what it makes of values. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments, stringify } from 'yaml';
import { type Manifest, manifest } from './manifest.ts';

const run = promisify(execFile);
export const chart = fileURLToPath(new URL('../../../infra/helm/gradline', import.meta.url));
const fetched = fileURLToPath(new URL('../../../node_modules/.cache/gradline/helm-4.1.4/', import.meta.url));

/** Null where there is none, which is said. */
export async function helmProgram(): Promise<string | null> {
  if (existsSync(join(fetched, 'helm'))) return join(fetched, 'helm');
  try {
    await run('helm', ['version']);
    return 'helm';
  } catch {
    process.stderr.write(
      'THE HELM CHART IS NOT TESTED: there is no helm, and test/prepare.sh fetches it only on Linux.\n',
    );
    return null;
  }
}

export type Values = Record<string, unknown>;

/** @throws Error with what Helm says of values that it refuses */
export async function helm(program: string, command: string[], values: Values): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gradline-chart-'));
  try {
    const file = join(folder, 'values.yaml');
    await writeFile(file, stringify(values));
    const { stdout } = await run(program, [...command, '--values', file], { maxBuffer: 1 << 24 });
    return stdout;
  } catch (error) {
    if (error instanceof Error && 'stderr' in error) throw new Error(String(error.stderr));
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a release called gradline in the namespace maps consists of. */
export async function render(program: string, values: Values, version = '1.37.0'): Promise<Manifest[]> {
  const command = ['template', 'gradline', chart, '--namespace', 'maps', '--kube-version', version];
  return parseAllDocuments(await helm(program, command, values))
    .map((document): unknown => document.toJS())
    .filter((document) => document !== null)
    .map((document) => manifest.parse(document));
}

/** The classifiers that test/oracle/zoo/run.py exports, as it tells of them, a line each. */

import { spawn } from 'node:child_process';
import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { packageFolder } from '../machine.ts';

export const exported = z.object({
  name: z.string(),
  source: z.string(),
  family: z.string(),
  /** Height and width of the images. */
  size: z.number(),
  /** Empty where the classifier itself could not be made. */
  exporter: z.string(),
  opset: z.number().optional(),
  /** What wrote the exporter's file anew. */
  rewritten: z.string().optional(),
  /** What the exporter took only without, such as a free batch. */
  givenUp: z.array(z.string()).optional(),
  file: z.string().optional(),
  /** What PyTorch says of it. */
  reference: z.string().optional(),
  /** Why there is no file. */
  failed: z.string().optional(),
});

export type Exported = z.infer<typeof exported>;

/** Name of the file with the lines, in the folder of the exports. */
const listName = 'exports.jsonl';

/** Runs an exporter, `run.py` or `keras_run.py`, and yields each export as soon as it is there. Everything else that Python prints goes to `export.log`. */
export async function* exportZoo(
  python: string,
  script: 'run.py' | 'keras_run.py',
  folder: string,
  names: readonly string[],
): AsyncGenerator<Exported> {
  const child = spawn(python, [path.join(packageFolder, 'test/oracle/zoo', script), folder, ...names], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = path.join(folder, 'export.log');
  child.stderr.on('data', (chunk: Buffer) => void appendFile(log, chunk));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new Error(`${python} could not be started. Name another with --python.`, { cause })),
    );
    child.once('close', resolve);
  });
  for await (const line of createInterface({ input: child.stdout })) {
    await appendFile(path.join(folder, listName), `${line}\n`);
    yield exported.parse(JSON.parse(line));
  }
  const code = await ended;
  if (code !== 0) throw new Error(`The exporter ended with ${code}; ${log} says why.`);
}

/** The exports that an earlier run left in a folder. */
export async function exportsIn(folder: string): Promise<Exported[]> {
  const lines = (await readFile(path.join(folder, listName), 'utf8')).split('\n');
  return lines.filter((line) => line !== '').map((line) => exported.parse(JSON.parse(line)));
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { colors, writeTinyModel } from './tiny-model.ts';

/** The built command: `npm test` builds it first. */
const built = process.env.GRADLINE_TEST_DIST ?? fileURLToPath(new URL('../../dist', import.meta.url));

export interface Ended {
  /** Exit code; null when a signal ended the process. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command as a shell would, without a terminal. */
export async function gradline(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
  return startGradline(args, environment).ended;
}

/** @param input what comes on its standard input; default: nothing */
export function startGradline(
  args: string[],
  environment: Record<string, string> = {},
  input?: string,
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [join(built, 'cli/gradline.cjs'), ...args], {
    env: { ...process.env, GRADLINE_DEBUG: '', ...environment },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.end(input);
  const texts = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    texts.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...texts }));
  });
  return { child, ended };
}

/**
 * A folder with the tiny model as `model.onnx`, its class names, and `count` pictures below `photos/<color>/`.
 * @param place an empty folder; default: one that is gone after the test
 */
export async function tinyProject(count: number, place?: string): Promise<string> {
  const folder = place ?? (await temporaryFolder());
  await writeTinyModel(join(folder, 'model.onnx'));
  await writeFile(join(folder, 'classes.txt'), `${colors.join('\n')}\n`);
  for (let index = 0; index < count; index++) {
    const channel = index % 3;
    const pixels = Buffer.alloc(8 * 8 * 3, 10);
    for (let pixel = channel; pixel < 8 * 4 * 3; pixel += 3) pixels[pixel] = 150 + (index % 100);
    const file = join(folder, 'photos', colors[channel] ?? '', `${String(index).padStart(4, '0')}.png`);
    await mkdir(dirname(file), { recursive: true });
    await sharp(pixels, { raw: { width: 8, height: 8, channels: 3 } })
      .png()
      .toFile(file);
  }
  return folder;
}

/** The arguments of a run in a tiny project. */
export function runArguments(folder: string, ...more: string[]): string[] {
  const places = ['--model', join(folder, 'model.onnx'), '--output', join(folder, 'out')];
  const settings = ['--classes', join(folder, 'classes.txt'), '--preprocess', 'none', '--labels', 'folder'];
  return ['run', join(folder, 'photos'), ...places, ...settings, ...more];
}

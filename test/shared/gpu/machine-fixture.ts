/** A machine made of files: its programs are scripts that print what those of real machines printed. */

// Who looks at a machine starts programs.
import 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cudnnLibrary, linkedLibraries, providerLibraries } from '../../../src/shared/gpu/cuda-needs.ts';
import type { Machine } from '../../../src/shared/gpu/machine.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export interface MachineParts {
  /** Libraries of the CUDA provider beside the binding. */
  provider?: readonly string[];
  /** Names of libraries in the folder of LD_LIBRARY_PATH. */
  libraries?: readonly string[];
  /** Names of libraries that the linker's cache knows. */
  cached?: readonly string[];
  /** What the kernel's driver is; null: there is none. */
  driver?: string | null;
  cards?: readonly string[];
}

export const all = [...linkedLibraries, cudnnLibrary, 'libcufft.so.12'];

export async function machineWith({
  provider = [],
  libraries = [],
  cached = [],
  driver = null,
  cards = [],
}: MachineParts): Promise<Machine> {
  const folder = await temporaryFolder();
  const place = (name: string) => join(folder, name);
  for (const name of ['binding', 'programs', 'libraries']) await mkdir(place(name));
  for (const name of provider) await writeFile(join(place('binding'), name), 'a library');
  for (const name of libraries) await writeFile(join(place('libraries'), name), 'a library');
  if (driver !== null) {
    const text = `NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  ${driver}  Release Build  (root@host)\nGCC version: 13\n`;
    await writeFile(place('version'), text);
  }
  const known = cached.map((name) => `\t${name} (libc6,x86-64) => /usr/lib/x86_64-linux-gnu/${name}\n`);
  await script(place('programs/ldconfig'), `2 libs found in cache\n${known.join('')}`);
  const found = [...linkedLibraries, 'libcuda.so.1'].map((name) => {
    if (libraries.includes(name)) return `\t${name} => ${place(`libraries/${name}`)} (0x00007f2b28120000)\n`;
    return `\t${name} => ${cached.includes(name) ? `/usr/lib/x86_64-linux-gnu/${name} (0x00007f2b28120000)` : 'not found'}\n`;
  });
  const others = '\tlinux-vdso.so.1 (0x00007f2b3c428000)\n\tlibm.so.6 => /lib/libm.so.6 (0x00007f2b28120000)\n';
  await script(place('programs/ldd'), others + found.join(''));
  await script(place('programs/nvidia-smi'), cards.map((card, index) => `${index}, ${card}, 143771\n`).join(''));
  return {
    platform: 'linux',
    arch: 'x64',
    environment: { PATH: place('programs'), LD_LIBRARY_PATH: `${place('nowhere')}:${place('libraries')}` },
    driverFile: place('version'),
    binding: { version: '1.30.0', folder: place('binding') },
  };
}

/** All that CUDA needs. */
export function completeMachine(changes: MachineParts = {}): Promise<Machine> {
  const parts = { provider: providerLibraries, libraries: all, cached: ['libcuda.so.1'], driver: '580.159.04' };
  return machineWith({ ...parts, cards: ['NVIDIA H200'], ...changes });
}

async function script(file: string, prints: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n/bin/cat <<'END'\n${prints}END\n`);
  await chmod(file, 0o755);
}

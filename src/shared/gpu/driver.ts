import { readFile } from 'node:fs/promises';
import { type Machine, printed } from './machine.ts';

export interface Card {
  /** As `--device` counts it, where CUDA_VISIBLE_DEVICES leaves none out. */
  index: number;
  name: string;
  /** MiB. */
  memory: number;
}

export interface Driver {
  /** Such as `580.159.04`; null: no driver of NVIDIA's is loaded, or it does not say. */
  version: string | null;
  cards: Card[];
}

const query = ['--query-gpu=index,name,memory.total,driver_version', '--format=csv,noheader,nounits'];

export async function readDriver(machine: Machine): Promise<Driver> {
  const rows = ((await printed(machine, 'nvidia-smi', query)) ?? '')
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 4);
  const cards = rows.map(([index, name = '', memory]) => ({ index: Number(index), name, memory: Number(memory) }));
  return { version: (await loadedVersion(machine)) ?? rows[0]?.[3] ?? null, cards };
}

/** "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.159.04  Release Build ..." */
async function loadedVersion({ driverFile }: Machine): Promise<string | null> {
  const text = await readFile(driverFile, 'utf8').catch(() => '');
  return /^NVRM version:.*?\s(\d+\.\d+(?:\.\d+)?)\s/m.exec(text)?.[1] ?? null;
}

import { readFile } from 'node:fs/promises';
import { type Machine, printed } from './machine.ts';

export interface Card {
  /** As `--device` counts it, where CUDA_VISIBLE_DEVICES leaves none out. */
  index: number;
  name: string;
  /** MiB. */
  memory: number;
}

/** "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.159.04  Release Build ..." */
const kernelModule = /^NVRM version:.*?\s(\d+\.\d+(?:\.\d+)?)\s/m;

/** Of NVIDIA's driver, such as `580.159.04`; null: none is loaded, or it does not say. */
export async function driverVersion(machine: Machine): Promise<string | null> {
  const loaded = kernelModule.exec(await readFile(machine.driverFile, 'utf8').catch(() => ''))?.[1];
  if (loaded !== undefined) return loaded;
  // Windows's Linux has no such file.
  const [[version] = []] = await askDriver(machine, 'driver_version');
  return version ?? null;
}

/** Takes seconds where nothing keeps the driver awake. */
export async function readCards(machine: Machine): Promise<Card[]> {
  const rows = await askDriver(machine, 'index,name,memory.total');
  return rows.map(([index, name = '', memory]) => ({ index: Number(index), name, memory: Number(memory) }));
}

/** MiB in use by all processes, and in all. */
export async function readCardMemory(machine: Machine): Promise<{ index: number; used: number; total: number }[]> {
  const rows = await askDriver(machine, 'index,memory.used,memory.total');
  return rows.map(([index, used, total]) => ({ index: Number(index), used: Number(used), total: Number(total) }));
}

/** One row for each card. */
async function askDriver(machine: Machine, fields: string): Promise<string[][]> {
  const text = await printed(machine, 'nvidia-smi', [`--query-gpu=${fields}`, '--format=csv,noheader,nounits']);
  const rows = (text ?? '').split('\n').map((line) => line.split(',').map((cell) => cell.trim()));
  return rows.filter((cells) => cells.length === fields.split(',').length && cells[0] !== '');
}

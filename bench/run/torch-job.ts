import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { freshOutput } from '../fresh-output.ts';
import { packageFolder } from '../machine.ts';
import type { Measurement } from './marginal-cost.ts';

const cost = z.object({ wall: z.number(), processor: z.number() });

export interface TorchJob {
  python: string;
  /** torchvision's name of the network, and of a module in it. */
  model: string;
  layer: string;
  batchSize: number;
  photosOf(count: number): string;
  folder: string;
}

/** The same job as a careful user of PyTorch writes it: bench/run/torch_job.py. */
export function torchJob({ python, model, layer, batchSize, photosOf, folder }: TorchJob): Measurement {
  const program = join(packageFolder, 'bench/run/torch_job.py');
  return {
    name: 'PyTorch, Grad-CAM, overlays',
    run: async (count) => {
      const output = freshOutput(folder);
      const args = [program, photosOf(count), output, '--model', model, '--layer', layer];
      const { stdout } = await promisify(execFile)(python, [...args, '--batch-size', String(batchSize)]);
      return { ...cost.parse(JSON.parse(stdout)), mainThread: null };
    },
  };
}

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Measurement } from './marginal-cost.ts';

const cost = z.object({ wall: z.number(), processor: z.number() });

/** The model as it is in ONNX Runtime, in a Node process of its own, on pixels that are there: what no run can do without. */
export function bareForward(model: string, batchSize: number): Measurement {
  const program = fileURLToPath(new URL('./bare-process.js', import.meta.url));
  return {
    name: 'bare forward',
    run: async (count) => {
      const args = [program, model, String(count), String(batchSize)];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      return { ...cost.parse(JSON.parse(stdout)), mainThread: null };
    },
  };
}

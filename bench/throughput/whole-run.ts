/** The whole command on photos against the bare forward pass. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { randomBatch } from '../batch.ts';
import { interleave, type Ratio, ratioText } from '../interleave.ts';
import type { BenchModel } from '../models/models.ts';
import { runGradline } from '../run-gradline.ts';
import { median, quantile } from '../statistics.ts';
import { printTable } from '../table.ts';
import { BareForward, batchSize } from './forward.ts';

/** How the bare forward is measured before, between and after runs: 4 turns of seconds. */
const bareTurns = { rounds: 4, turn: 2 };
const target = 0.85;

const runFile = z.object({
  counts: z.object({ done: z.number(), quarantined: z.number() }),
  timings: z.object({ imagesPerSecond: z.number() }),
});

/**
 * Prints images/s of `gradline run` with one JPEG overlay a photo, and its ratio to the bare forward measured right before and
 * right after each run. `gradline run` counts its rate from the opened model to the last written byte.
 */
export async function compareRun(
  model: BenchModel,
  file: string,
  photos: { folder: string; about: string },
  { runs, folder }: { runs: number; folder: string },
): Promise<void> {
  const [layer] = model.layers;
  const bare: number[] = [];
  const ours: number[] = [];
  let images = 0;
  let overlays = 0;
  {
    await using forward = await BareForward.open(file, randomBatch(batchSize, 1));
    const measureBare = async () => {
      const [seconds = []] = await interleave([forward], bareTurns);
      bare.push(batchSize / median(seconds));
    };
    await measureBare();
    for (let run = 0; run < runs; run++) {
      const output = join(folder, `run-${run}`);
      const batch = ['--batch-size', String(batchSize)];
      await runGradline([
        'run',
        photos.folder,
        '--model',
        file,
        '--layers',
        layer,
        ...batch,
        '--output',
        output,
        '--quiet',
      ]);
      const { counts, timings } = runFile.parse(JSON.parse(await readFile(join(output, 'run.json'), 'utf8')));
      if (counts.quarantined > 0) throw new Error(`${counts.quarantined} of the photos could not be explained.`);
      images = counts.done;
      overlays = await countFiles(join(output, 'overlays'), '.jpg');
      ours.push(timings.imagesPerSecond);
      await measureBare();
    }
  }
  const ratios = ours.map((rate, run) => rate / (((bare[run] ?? Number.NaN) + (bare[run + 1] ?? Number.NaN)) / 2));
  const ratio: Ratio = { median: median(ratios), middleHalf: [quantile(ratios, 0.25), quantile(ratios, 0.75)] };
  console.log(
    `\ngradline run with ${model.name} at ${layer}: ${images} photos (${photos.about}), ${overlays} JPEG overlays`,
  );
  console.log(`  Runs: ${runs}, each between two measurements of the bare forward; opening the model is not counted`);
  printTable(
    ['', 'images/s', 'to bare (middle half)', 'target'],
    [
      ['bare forward', median(bare).toFixed(1), '', ''],
      ['gradline run', median(ours).toFixed(1), ratioText(ratio), `>= ${target}`],
    ],
  );
}

async function countFiles(folder: string, suffix: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && entry.name.endsWith(suffix)).length;
}

/** What an image more costs: a long run less a short one, so that starting, opening and closing cancel out. */

import { ratioText, ratioTo } from '../interleave.ts';
import { median, quantile } from '../statistics.ts';
import { printTable } from '../table.ts';

/** Times in seconds. */
interface Cost {
  /** From the opened model to the last written byte. */
  wall: number;
  /** User and system time of all of the process's threads and of the processes that it starts. */
  processor: number;
  /** Time on a core of the main thread; null where it is unknown. */
  mainThread: number | null;
}

export interface Measurement {
  name: string;
  run(images: number): Promise<Cost>;
}

/** Prints each measurement's images/s and processor time an image, beside the first's, which is the bare forward pass. */
export async function compareCosts(
  measurements: readonly Measurement[],
  { short, long, rounds }: { short: number; long: number; rounds: number },
): Promise<void> {
  const found = measurements.map((): Cost[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [i, { run }] of measurements.entries()) {
      const few = await run(short);
      found[i]?.push(perImage(few, await run(long), long - short));
    }
  }
  const [bare = []] = found;
  const walls = (costs: Cost[]) => costs.map(({ wall }) => wall);
  const model = bare.map(({ processor }) => processor);
  printTable(
    ['', 'images/s', 'to bare (middle half)', 'CPU ms an image', 'less the bare model (middle half)', 'main thread ms'],
    measurements.map(({ name }, i) => {
      const costs = found[i] ?? [];
      const beyond = costs.map(({ processor }, round) => (processor - (model[round] ?? Number.NaN)) * 1000);
      const main = costs.map(({ mainThread }) => mainThread).filter((time) => time !== null);
      const isBare = i === 0;
      return [
        name,
        (1 / median(walls(costs))).toFixed(1),
        isBare ? '' : ratioText(ratioTo(walls(bare), walls(costs))),
        (1000 * median(costs.map(({ processor }) => processor))).toFixed(2),
        isBare
          ? ''
          : `${median(beyond).toFixed(2)} (${quantile(beyond, 0.25).toFixed(1)} to ${quantile(beyond, 0.75).toFixed(1)})`,
        main.length === 0 ? '' : (1000 * median(main)).toFixed(2),
      ];
    }),
  );
}

function perImage(few: Cost, many: Cost, images: number): Cost {
  return {
    wall: (many.wall - few.wall) / images,
    processor: (many.processor - few.processor) / images,
    mainThread:
      few.mainThread === null || many.mainThread === null ? null : (many.mainThread - few.mainThread) / images,
  };
}

/** One explainer over many batches, in a process of its own: `node explainer-loop.js <model> <batches>`. Prints bytes as JSON. */

import { Explainer } from '../../src/explain/explainer.ts';
import { randomBatch } from '../batch.ts';
import { median } from '../statistics.ts';

const [model = '', batches = ''] = process.argv.slice(2);
const count = Number(batches);
/** Memory goes up and down as garbage is collected: the middle of so many batches. */
const window = 20;

await using explainer = await Explainer.open({ model, layers: ['last'] });
const { batchSize, input } = explainer;
const batch = randomBatch(batchSize, 1, input);
const resident: number[] = [];
const points: { batches: number; bytes: number }[] = [];
for (let done = 1; done <= count; done++) {
  await explainer.explain(batch, { count: batchSize });
  resident.push(process.memoryUsage.rss());
  if (resident.length > window) resident.shift();
  if (done === 100 || done === count || done % 500 === 0) points.push({ batches: done, bytes: median(resident) });
}
console.log(JSON.stringify(points));

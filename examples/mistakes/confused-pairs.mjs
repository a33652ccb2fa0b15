// node confused-pairs.mjs <output>: which class is taken for which, how often, and how surely, from the Parquet file of a run's mistakes.
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';

const [output] = process.argv.slice(2);
if (output === undefined) {
  console.error('Usage: node confused-pairs.mjs <output of gradline run>');
  process.exit(2);
}

const file = await asyncBufferFromFile(join(output, 'report/mistakes.parquet'));
const mistakes = await parquetReadObjects({ file, columns: ['label_name', 'predicted_name', 'score'] });

const pairs = new Map();
for (const { label_name: label, predicted_name: predicted, score } of mistakes) {
  const pair = `${label} taken for ${predicted}`;
  const { count, sum } = pairs.get(pair) ?? { count: 0, sum: 0 };
  pairs.set(pair, { count: count + 1, sum: sum + score });
}
for (const [pair, { count, sum }] of [...pairs].sort(([, a], [, b]) => b.count - a.count)) {
  console.log(`${count} x ${pair}, mean score ${(sum / count).toFixed(2)}`);
}

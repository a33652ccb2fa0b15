import { rm } from 'node:fs/promises';
import { explainSet } from './explain-set.ts';
import { planSets } from './plan.ts';

const [nets, out, ...names] = process.argv.slice(2);
for (const set of [...planSets('development'), ...planSets('test')]) {
  if (!names.includes(set.name)) continue;
  await rm(`${out}/${set.name}`, { recursive: true, force: true });
  await explainSet(set, `${nets}/${set.name}.onnx`, `${out}/${set.name}`);
}

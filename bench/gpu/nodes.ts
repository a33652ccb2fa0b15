/**
 * What an explained graph is made of: nodes by operator, with four layers hooked, before ONNX Runtime optimises it for a provider:
 * `npm run bench:nodes`, `-- --provider cuda` for the graph that a GPU gets (none is needed). Prints; judges nothing.
 */

import { parseArgs } from 'node:util';
import { compile } from '../../src/explain/compile.ts';
import { resolveTensors, withGrids } from '../../src/explain/layers/hooked-layers.ts';
import type { NodeProto } from '../../src/explain/onnx/onnx_pb.ts';
import { gateForm } from '../../src/explain/open-model.ts';
import { prepare, readSource } from '../../src/explain/prepare.ts';
import { parseTargets } from '../../src/explain/target.ts';
import { type BenchModel, benchModels, vitB16Model, writeBenchModel } from '../models/models.ts';
import { printTable } from '../table.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const { values } = parseArgs({ options: { provider: { type: 'string', default: 'cpu' } } });

async function explained(bench: BenchModel): Promise<readonly NodeProto[]> {
  const folder = temporaryFolder();
  const source = await readSource(await writeBenchModel(bench, folder), folder);
  const tensors = resolveTensors(bench.layers, source);
  const prepared = await prepare(source, { batchSize: 8 }, [...tensors.values()], folder);
  const { model } = compile(prepared, {
    layers: withGrids(tensors, prepared, source),
    methods: ['grad-cam'],
    scoreActivation: 'auto',
    capture: [],
    statistics: false,
    gates: gateForm({ model: '', layers: [], providers: [values.provider] }),
    gradientScale: 1,
    pixels: undefined,
    targets: (classCount) => parseTargets(['predicted'], classCount, null),
  });
  return model.graph.node;
}

for (const bench of [...benchModels, vitB16Model]) {
  const nodes = await explained(bench);
  const counts = new Map<string, number>();
  for (const { opType } of nodes) counts.set(opType, (counts.get(opType) ?? 0) + 1);
  console.log(`\n${bench.name}, four layers, ${values.provider}: ${nodes.length} nodes`);
  printTable(
    ['operator', 'nodes'],
    [...counts].sort(([, a], [, b]) => b - a).map(([operator, count]) => [operator, String(count)]),
  );
}

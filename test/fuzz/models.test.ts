/** ONNX files of strangers, up to what ONNX Runtime would be given. */

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import { Graph } from '../../src/explain/onnx/graph.ts';
import { decodeModel } from '../../src/explain/onnx/model-file.ts';
import { ModelProtoSchema, StringStringEntryProtoSchema } from '../../src/explain/onnx/onnx_pb.ts';
import { upgradeOpset } from '../../src/explain/onnx/upgrade.ts';
import { readModelClasses } from '../../src/shared/run/model-classes.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { damaged, fuzzing } from './damaged.ts';
import { Outcomes, readOrRefuse } from './outcome.ts';

const folder = join(import.meta.dirname, '../goldens/quantized');
let seeds: Buffer[] = [];

beforeAll(async () => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.onnx'));
  seeds = await Promise.all(names.map((name) => readFile(join(folder, name))));
});

describe('a damaged model', () => {
  it('is read, or refused with a reason', async () => {
    const outcomes = new Outcomes();
    await fc.assert(
      fc.asyncProperty(damaged(seeds), (bytes) =>
        readOrRefuse(outcomes, () => {
          const model = decodeModel(bytes, 'model.onnx');
          upgradeOpset(model);
          return new Graph(model.graph).nodes.length;
        }),
      ),
      fuzzing,
    );
    outcomes.check();
  });

  it('has names of classes, or none', async () => {
    const named = seeds.map((bytes) => {
      const model = decodeModel(bytes, 'model.onnx');
      const entry = create(StringStringEntryProtoSchema, { key: 'names', value: "{0: 'red', 1: 'green'}" });
      return Buffer.from(toBinary(ModelProtoSchema, { ...model, metadataProps: [entry] }));
    });
    const file = join(await temporaryFolder(), 'model.onnx');
    const outcomes = new Outcomes();
    await fc.assert(
      fc.asyncProperty(damaged(named), (bytes) =>
        readOrRefuse(outcomes, async () => {
          await writeFile(file, bytes);
          return readModelClasses(file);
        }),
      ),
      fuzzing,
    );
    outcomes.check();
  });
});

/**
 * The ways to run a convolution's gradient (docs/decisions/0005-convolution-gradients.md) on typical shapes:
 * `npm run bench:convolution`. Prints; judges nothing.
 */

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { create } from '@bufbuild/protobuf';
import type { InferenceSession as Session } from 'onnxruntime-node';
import { mirrored, pointwiseStrided, transposed } from '../src/explain/gradients/convolution.ts';
import { ReverseNode } from '../src/explain/gradients/reverse-node.ts';
import { windowsOf } from '../src/explain/gradients/windows.ts';
import { Builder } from '../src/explain/onnx/builder.ts';
import { ElementType } from '../src/explain/onnx/element-type.ts';
import { Graph } from '../src/explain/onnx/graph.ts';
import { writeModel } from '../src/explain/onnx/model-file.ts';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from '../src/explain/onnx/onnx_pb.ts';
import { loadRuntime } from '../src/explain/onnx/runtime.ts';
import { shapeProto } from '../src/explain/onnx/sizes.ts';
import { float32Tensor } from '../src/explain/onnx/tensor-data.ts';
import { type Contender, interleave } from './interleave.ts';
import { printMachine } from './machine.ts';
import { wholeNumber } from './options.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { InferenceSession, Tensor } = await loadRuntime();

interface Shape {
  name: string;
  channels: [input: number, output: number];
  side: number;
  kernel: number;
  stride: number;
  group: number;
}

const batchSize = 8;
const shapes: Shape[] = [
  { name: 'ResNet 3x3', channels: [128, 128], side: 28, kernel: 3, stride: 1, group: 1 },
  { name: 'ResNet 3x3, stride 2', channels: [128, 256], side: 28, kernel: 3, stride: 2, group: 1 },
  { name: 'ResNet 1x1, stride 2', channels: [128, 256], side: 28, kernel: 1, stride: 2, group: 1 },
  { name: 'MobileNet 1x1', channels: [192, 64], side: 28, kernel: 1, stride: 1, group: 1 },
  { name: 'MobileNet depthwise', channels: [192, 192], side: 28, kernel: 3, stride: 1, group: 192 },
  { name: 'MobileNet depthwise, stride 2', channels: [192, 192], side: 28, kernel: 3, stride: 2, group: 192 },
];
const ways = { mirrored, transposed, pointwiseStrided };

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
const rounds = wholeNumber('rounds', values.rounds);
const folder = temporaryFolder();
printMachine();
const rows: string[][] = [];
for (const shape of shapes) rows.push([shape.name, ...(await measure(shape))]);
console.log(`\nMilliseconds for the gradient of a batch of ${batchSize}, median of ${rounds} rounds`);
printTable(['', 'Conv, mirrored', 'ConvTranspose', 'Conv, then spread'], rows);

async function measure(shape: Shape): Promise<string[]> {
  const names = shape.kernel === 1 && shape.stride > 1 ? Object.keys(ways) : ['mirrored', 'transposed'];
  const contenders: Contender[] = [];
  const sessions: Session[] = [];
  for (const name of names) {
    const { file, gradientShape } = await writeGradient(shape, name);
    const session = await InferenceSession.create(file);
    sessions.push(session);
    const gradient = new Float32Array(gradientShape.reduce((a, b) => a * b, 1)).fill(0.5);
    const feeds = { g: new Tensor('float32', gradient, gradientShape) };
    contenders.push({ name, work: () => session.run(feeds) });
  }
  const seconds = await interleave(contenders, { rounds, turn: 0.2 });
  for (const session of sessions) await session.release();
  return names.map((_, i) => (median(seconds[i] ?? []) * 1000).toFixed(1));
}

/** A model whose input is a convolution's output gradient and whose output is its input gradient. */
async function writeGradient(shape: Shape, way: string): Promise<{ file: string; gradientShape: number[] }> {
  const { channels, side, kernel, stride, group } = shape;
  const [input, output] = channels;
  const pad = (kernel - 1) / 2;
  const gradientShape = [batchSize, output, Math.floor((side - 1) / stride) + 1, Math.floor((side - 1) / stride) + 1];
  const weightShape = [output, input / group, kernel, kernel];
  const weights = Array.from({ length: weightShape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i));
  const forward = new Builder();
  forward.op('Conv', ['x', 'w'], { strides: [stride, stride], pads: [pad, pad, pad, pad], group }, { output: 'y' });
  const type = (size: number[]) => ({ elementType: ElementType.float32, shape: size });
  const types = new Map([
    ['x', type([batchSize, input, side, side])],
    ['y', type(gradientShape)],
  ]);
  const initializer = [float32Tensor('w', weights, weightShape)];
  const graph = new Graph(create(GraphProtoSchema, { node: forward.nodes, initializer }), types);
  const build = new Builder();
  const [node] = forward.nodes;
  if (node === undefined) throw new Error('The convolution was not built.');
  const n = new ReverseNode(node, graph, build, ['g']);
  const w = windowsOf(n, [kernel, kernel]);
  const result = Object.entries(ways).find(([name]) => name === way)?.[1](n, w, group) ?? '';
  const tensorType = create(TypeProto_TensorSchema, {
    elemType: ElementType.float32,
    shape: shapeProto(gradientShape),
  });
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: 18n })],
  });
  const modelGraph = create(GraphProtoSchema, {
    name: way,
    node: build.nodes,
    initializer: [...initializer, ...build.initializers],
    input: [create(ValueInfoProtoSchema, { name: 'g', type: create(TypeProtoSchema, { tensorType }) })],
    output: [create(ValueInfoProtoSchema, { name: result })],
  });
  const file = join(folder, `${shape.name} ${way}.onnx`);
  await writeModel({ ...model, graph: modelGraph }, file);
  return { file, gradientShape };
}

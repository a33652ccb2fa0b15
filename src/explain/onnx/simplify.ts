/** Constant folding and shape inference, both done by ONNX Runtime. */

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { create } from '@bufbuild/protobuf';
import { namePrefix } from './builder.ts';
import { elementTypeByName } from './element-type.ts';
import { dropEmptyWindows } from './empty-windows.ts';
import { Graph, type TensorType } from './graph.ts';
import { type OnnxModel, readModel, type StoredWeights, writeModel } from './model-file.ts';
import { type GraphProto, type TensorProto, ValueInfoProtoSchema } from './onnx_pb.ts';
import { optimizerSettings } from './optimizers.ts';
import { openSession } from './session.ts';
import { externalFrom } from './weights-file.ts';

const simplifiedFile = 'simplified.onnx';
const weightsFile = 'weights.bin';

/** Where the model as read lies with its external weights, apart from everything that is written. */
export function sourceFolder(folder: string): string {
  return path.join(folder, 'source');
}

/**
 * Optimizers after which a pinned tensor may carry another gradient than the author's: two equal layers that read one
 * tensor become one, with the gradient of both; layers behind a transposition read what lies before it instead. They
 * run when the explained model is opened.
 */
const reroutes = ['CommonSubexpressionElimination', 'TransposeOptimizer'];

export interface Simplified {
  model: OnnxModel;
  graph: Graph;
  /** Where the model's external weights lie, and so where it can be opened from. */
  folder: string;
}

/**
 * Lets ONNX Runtime fold constants, shape arithmetic and normalisation into the graph, then asks it for every tensor's
 * type and shape. External weights of the model must already lie in its `sourceFolder`, as must those that are stored there.
 * @param pinned tensors that must survive under their names
 * @param folder a folder of this compilation's own
 * @param how `disabled`: optimizers that compute something else than the model says
 */
export async function simplify(
  model: OnnxModel,
  pinned: Iterable<string>,
  folder: string,
  { stored = new Map(), disabled = [] }: { stored?: StoredWeights; disabled?: readonly string[] } = {},
): Promise<Simplified> {
  const disabledHere = [...reroutes, ...disabled];
  const from = { folder: sourceFolder(folder), stored };
  const once = await fold(model, [...pinned], from, path.join(folder, 'simplified'), disabledHere);
  // Operators that ONNX Runtime inlines (GroupNormalization) bring shape arithmetic of their own, after folding is done.
  const leftover = once.graph.nodes.some((node) => node.opType === 'Shape');
  return dropEmptyWindows(once.graph) || leftover
    ? fold(once.model, [...pinned], { folder: once.folder }, path.join(folder, 'simplified-again'), disabledHere)
    : once;
}

/** One pass, from a model whose weights lie in the folder `from` to one whose weights lie in `to`. */
async function fold(
  model: OnnxModel,
  pinned: readonly string[],
  from: { folder: string; stored?: StoredWeights },
  to: string,
  disabled: readonly string[],
): Promise<Simplified> {
  await mkdir(from.folder, { recursive: true });
  await mkdir(to, { recursive: true });
  const file = path.join(from.folder, 'gradline.fixed.onnx');
  const declared = new Set(model.graph.output.map((o) => o.name));
  const extra = [...new Set(pinned)].filter((name) => !declared.has(name));
  const output = [...model.graph.output, ...extra.map(untypedOutput)];
  await writeModel({ ...model, graph: { ...model.graph, output } }, file, from.stored);
  const settings = optimizerSettings(model.graph, disabled);
  const optimizedModelFilePath = path.join(to, simplifiedFile);
  const session = await openSession(file, 'load the model', {
    graphOptimizationLevel: 'basic',
    optimizedModelFilePath,
    extra: {
      ...settings,
      session: {
        ...settings.session,
        optimized_model_external_initializers_file_name: weightsFile,
        optimized_model_external_initializers_min_size_in_bytes: String(externalFrom),
      },
    },
  });
  await session.release();
  const simplified = await readModel(optimizedModelFilePath);
  for (const inner of innerGraphs(simplified.graph)) inner.initializer = onceEach(inner.initializer);
  renameInvented(simplified, model);
  const types = await inferTypes(simplified, to);
  return { model: simplified, graph: new Graph(simplified.graph, types), folder: to };
}

/**
 * Renames the constants that ONNX Runtime made up names for (`gemm_input_shape`): its MatMulAddFusion gives the same names
 * again when the explained model is opened, and then fails because they are taken. Changes the simplified model in place.
 */
function renameInvented(simplified: OnnxModel, original: OnnxModel): void {
  const { input, initializer, node } = original.graph;
  const known = new Set([...input, ...initializer].map(({ name }) => name));
  for (const { output } of node) for (const name of output) known.add(name);
  const renamed = new Map<string, string>();
  for (const tensor of simplified.graph.initializer) {
    if (known.has(tensor.name)) continue;
    const name = `${namePrefix}simplified/${tensor.name}`;
    renamed.set(tensor.name, name);
    tensor.name = name;
  }
  for (const reader of simplified.graph.node) reader.input = reader.input.map((name) => renamed.get(name) ?? name);
}

/** The branches of every If and the bodies of every Loop, those inside of them too. */
function innerGraphs(graph: GraphProto): GraphProto[] {
  return graph.node.flatMap(({ attribute }) =>
    attribute.flatMap(({ g, graphs }) =>
      (g === undefined ? graphs : [g, ...graphs]).flatMap((inner) => [inner, ...innerGraphs(inner)]),
    ),
  );
}

/** ONNX Runtime writes the weights of branches twice where it keeps large ones outside the file; the last is complete. */
function onceEach(weights: readonly TensorProto[]): TensorProto[] {
  return [...new Map(weights.map((tensor) => [tensor.name, tensor])).values()];
}

/** Types and shapes of all tensors of a model whose sizes are fixed. Tensors that are not of numbers are left out. */
export async function inferTypes(model: OnnxModel, folder: string): Promise<Map<string, TensorType>> {
  const file = path.join(folder, 'inspected.onnx');
  const made = model.graph.node.flatMap((node) => node.output).filter((name) => name !== '');
  await writeModel({ ...model, graph: { ...model.graph, output: made.map(untypedOutput) } }, file);
  const session = await openSession(file, "infer the model's shapes", { graphOptimizationLevel: 'disabled' });
  const types = new Map<string, TensorType>();
  for (const value of [...session.inputMetadata, ...session.outputMetadata]) {
    if (!value.isTensor) continue;
    const elementType = elementTypeByName(value.type);
    // A symbolic dimension has a name; it stays unknown, and a rule that needs it says so.
    const shape = value.shape.map((size) => (typeof size === 'number' ? size : -1));
    if (elementType !== undefined) types.set(value.name, { elementType, shape });
  }
  await session.release();
  return types;
}

/** ONNX Runtime infers an output's type where the file gives none. */
function untypedOutput(name: string) {
  return create(ValueInfoProtoSchema, { name });
}

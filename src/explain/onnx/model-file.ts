/** ONNX files in and out, with weights outside the file left where they are. */

import { copyFile, link, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { UserError } from '../user-error.ts';
import { type GraphProto, type ModelProto, ModelProtoSchema, type TensorProto } from './onnx_pb.ts';
import { externalLocation } from './tensor-data.ts';

/** Value of `TensorProto.data_location` for bytes in the file itself. */
const embedded = 0;

/** A model whose graph is known to be there. */
export type OnnxModel = ModelProto & { graph: GraphProto };

/** @throws UserError `model-not-found`, `model-unreadable`, `not-onnx` */
export async function readModel(file: string): Promise<OnnxModel> {
  return decodeModel(await readModelBytes(file), file);
}

/** @throws UserError `model-not-found`, `model-unreadable` */
export async function readModelBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw missing
      ? new UserError('model-not-found', `There is no model at '${file}'. Check the path given with --model.`)
      : new UserError('model-unreadable', `The model '${file}' cannot be read: ${reasonOf(cause)}`, { cause });
  }
}

/** How the small text files begin that Git keeps in place of large ones. */
const lfsPointer = 'version https://git-lfs';

/** What people have in place of an ONNX file: a place in it, the bytes there, and what they say. */
const otherFormats = [
  [0, 'PK\u0003\u0004', 'a ZIP archive, as PyTorch (.pt, .pth) and Keras (.keras) write them'],
  [0, '\u0080\u0002', 'a pickle, as older PyTorch writes them'],
  [0, '\u0080\u0004', 'a pickle, as scikit-learn and joblib write them'],
  [0, '\u0089HDF', 'an HDF5 file, as Keras writes them (.h5)'],
  [0, '<', 'a web page or XML file, which a server may have sent in its place'],
  [4, 'TFL3', 'a TensorFlow Lite model'],
  [8, '{"', 'a file of weights alone (safetensors)'],
] as const;

function otherFormat(bytes: Uint8Array): string | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  return otherFormats.find(([place, begins]) => start.startsWith(begins, place))?.[2];
}

/** @throws UserError `not-onnx` */
export function decodeModel(bytes: Uint8Array, name: string): OnnxModel {
  const refuse = (why: string, cause?: unknown) =>
    new UserError(
      'not-onnx',
      `'${name}' is not an ONNX model: ${why}. Export the classifier to ONNX and give that file.`,
      {
        cause,
      },
    );
  if (bytes.length === 0) throw refuse('the file is empty');
  if (new TextDecoder().decode(bytes.subarray(0, lfsPointer.length)) === lfsPointer) {
    throw refuse("it is a Git LFS pointer; 'git lfs pull' fetches the file that it stands for");
  }
  const other = otherFormat(bytes);
  if (other !== undefined) throw refuse(`it is ${other}`);
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw refuse('its bytes are not the protobuf that ONNX files hold', cause);
  }
  if (!isComplete(model)) throw refuse('it holds no graph');
  if (model.opsetImport.length === 0) throw refuse('it names no operator set');
  return model;
}

function isComplete(model: ModelProto): model is OnnxModel {
  return model.graph !== undefined && model.graph.node.length > 0;
}

/** What stands for weights in a file that is written beside them: the same tensors without their bytes. */
export type StoredWeights = ReadonlyMap<TensorProto, TensorProto>;

/** @param stored weights that lie in the file's folder already */
export async function writeModel(model: OnnxModel, file: string, stored: StoredWeights = new Map()): Promise<void> {
  const initializer = model.graph.initializer.map((tensor) => stored.get(tensor) ?? tensor);
  await writeFile(file, toBinary(ModelProtoSchema, { ...model, graph: { ...model.graph, initializer } }));
}

/**
 * Makes the external weight files of a model reachable from another folder under the same relative names, by hard links
 * where the file system allows, else by copies. ONNX Runtime refuses symbolic links (a Hugging Face cache is made of
 * them) and paths that leave the model's folder. Nothing may be written in `toFolder` afterwards: through a hard link it
 * would overwrite the user's weights.
 * @throws UserError `weights-not-found`
 */
export async function bringExternalData(model: OnnxModel, fromFolder: string, toFolder: string): Promise<void> {
  await embedInnerWeights(model, fromFolder);
  for (const location of externalFiles(model)) {
    const source = path.resolve(fromFolder, location);
    const target = path.resolve(toFolder, location);
    const stored = await realpath(source).catch((cause: unknown) => {
      throw missingWeights(location, source, cause);
    });
    await mkdir(path.dirname(target), { recursive: true });
    await link(stored, target).catch(() => copyFile(stored, target));
  }
}

/**
 * The files that hold weights of a model, relative to its folder.
 * @throws UserError `weights-not-found` for one that is outside
 */
export function externalFiles(model: OnnxModel): string[] {
  const locations = new Set<string>();
  for (const tensor of [...model.graph.initializer, ...innerTensors(model.graph)]) {
    const location = weightsFile(tensor);
    if (location !== undefined) locations.add(location);
  }
  for (const location of locations) {
    if (!isOutside('/model', path.resolve('/model', location))) continue;
    throw new UserError(
      'weights-not-found',
      `The model keeps weights in '${location}', outside its own folder. Save it again with the weights beside the model.`,
    );
  }
  return [...locations];
}

function missingWeights(location: string, source: string, cause: unknown): UserError {
  return new UserError(
    'weights-not-found',
    `The model keeps its weights in '${location}', and '${source}' is not there. Put it beside the model.`,
    { cause },
  );
}

/** Takes weights of branches and bodies into the model itself: ONNX Runtime loses their files where it writes a model anew. */
async function embedInnerWeights(model: OnnxModel, folder: string): Promise<void> {
  externalFiles(model);
  for (const tensor of innerTensors(model.graph)) {
    const location = weightsFile(tensor);
    if (location === undefined) continue;
    const source = path.resolve(folder, location);
    const bytes = await readFile(source).catch((cause: unknown) => {
      throw missingWeights(location, source, cause);
    });
    const noted = (key: string) => tensor.externalData.find((entry) => entry.key === key)?.value;
    const start = Number(noted('offset') ?? 0);
    const length = Number(noted('length') ?? bytes.length - start);
    tensor.rawData = bytes.subarray(start, start + length);
    tensor.dataLocation = embedded;
    tensor.externalData = [];
  }
}

/** Constants of a graph's nodes, and the weights and constants of the branches of an If or the body of a Loop. */
function innerTensors(graph: GraphProto): TensorProto[] {
  return graph.node.flatMap(({ attribute }) =>
    attribute.flatMap(({ t, g, graphs }) => [
      ...(t === undefined ? [] : [t]),
      ...(g === undefined ? graphs : [g, ...graphs]).flatMap((inner) => [...inner.initializer, ...innerTensors(inner)]),
    ]),
  );
}

function isOutside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
}

/** File, relative to the model, that holds a tensor's bytes; undefined when the model holds them itself. */
function weightsFile(tensor: TensorProto): string | undefined {
  if (tensor.dataLocation !== externalLocation) return undefined;
  return tensor.externalData.find((entry) => entry.key === 'location')?.value;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

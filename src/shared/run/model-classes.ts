/** Names of the classes that a model file holds itself. */

import { ClassNames } from '../../explain/class-names.ts';
import { intsAttribute, stringsAttribute } from '../../explain/onnx/attributes.ts';
import { decodeModel } from '../../explain/onnx/model-file.ts';
import type { NodeProto } from '../../explain/onnx/onnx_pb.ts';
import { UserError } from '../../explain/user-error.ts';
import { splitLocation } from '../store/location.ts';
import { readLocation } from '../store/open-store.ts';
import { StoreError } from '../store/store.ts';
import { parseClassNames } from './class-names.ts';
import { readModelHead } from './recipe/model-metadata.ts';

/** Where exporters keep them among the metadata; the first is Ultralytics'. */
const metadataKeys = ['names', 'class_names', 'classes', 'labels', 'id2label'];
/** Attributes with names, of ONNX-ML's classifiers and ZipMap in the order of the scores; of a LabelEncoder beside the numbers of the classes. */
const attributes = [
  { names: 'classlabels_strings', numbers: null },
  { names: 'values_strings', numbers: 'keys_int64s' },
  { names: 'keys_strings', numbers: 'values_int64s' },
];
const mlDomain = 'ai.onnx.ml';

export interface ModelClasses {
  names: ClassNames;
  /** Where they were found, for messages. */
  source: string;
}

/**
 * Looks through the file's metadata, and through its graph only where that uses operators of ONNX-ML. Null where there are none, and for a file
 * that cannot be read: opening the model says what is wrong with it.
 * @throws StoreError
 */
export async function readModelClasses(location: string): Promise<ModelClasses | null> {
  try {
    const { metadata, domains } = await readModelHead(location);
    const { name } = splitLocation(location);
    for (const key of metadataKeys) {
      const source = `the names in ${name} ('${key}' in its metadata; --classes replaces them)`;
      const names = namesIn(metadata.get(key) ?? '', source);
      if (names !== null) return { names, source };
    }
    return domains.has(mlDomain)
      ? namesOfNodes(decodeModel(await readLocation(location), name).graph.node, name)
      : null;
  } catch (error) {
    if (error instanceof UserError || (error instanceof StoreError && error.code === 'not-found')) return null;
    throw error;
  }
}

/** Null for metadata that hold something else. */
function namesIn(text: string, source: string): ClassNames | null {
  // A single line could be anything.
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return parseClassNames(text, source);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function namesOfNodes(nodes: readonly NodeProto[], file: string): ModelClasses | null {
  for (const attribute of attributes) {
    for (const node of nodes) {
      if (node.domain !== mlDomain) continue;
      const given = stringsAttribute(node, attribute.names) ?? [];
      const found = attribute.numbers === null ? given : ordered(given, intsAttribute(node, attribute.numbers) ?? []);
      if (found.length < 2) continue;
      const source = `the names in ${file} (${attribute.names} of its ${node.opType}; --classes replaces them)`;
      return { names: new ClassNames(found, source), source };
    }
  }
  return null;
}

/** The names in the order of their numbers; none where those are not 0, 1, 2, ... */
function ordered(names: readonly string[], numbers: readonly number[]): string[] {
  const byNumber = new Map(numbers.map((number, i) => [number, names[i]]));
  const found = names.flatMap((_, number) => byNumber.get(number) ?? []);
  return found.length === names.length ? found : [];
}

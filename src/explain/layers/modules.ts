/** The tree of modules in a graph, and the tensor that leaves each. */

import { at } from '../at.ts';
import type { Graph } from '../onnx/graph.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import { withoutTracing } from './keras-scopes.ts';
import { withMergedActivations } from './merged-activations.ts';
import { modulePath } from './module-path.ts';
import { withQuantizers } from './quantizer-scopes.ts';
import type { Scope } from './scope.ts';

export interface Module {
  path: string;
  type: string | undefined;
  /** Paths of the modules directly inside, in the order in which they run. */
  children: string[];
  /** All nodes inside, in order. */
  nodes: NodeProto[];
}

/** Operators whose results describe tensors rather than being a layer's output. */
const bookkeeping = new Set(['Constant', 'ConstantOfShape', 'Shape', 'Size']);

export class Modules {
  readonly #graph: Graph;
  readonly #byPath = new Map<string, Module>();
  readonly #roots: string[] = [];
  readonly #scopes = new Map<NodeProto, readonly Scope[]>();

  constructor(graph: Graph) {
    this.#graph = graph;
    const named = withMergedActivations(graph, withoutTracing(graph.nodes.map(modulePath)));
    const scopes = withQuantizers(graph, named);
    graph.nodes.forEach((node, i) => {
      const around = at(scopes, i);
      this.#scopes.set(node, around);
      let siblings = this.#roots;
      for (const { path, type } of around) {
        let module = this.#byPath.get(path);
        if (module === undefined) {
          module = { path, type, children: [], nodes: [] };
          this.#byPath.set(path, module);
          siblings.push(path);
        }
        module.nodes.push(node);
        siblings = module.children;
      }
    });
  }

  /** The modules around a node, outermost first. */
  scopesOf(node: NodeProto): readonly Scope[] {
    return this.#scopes.get(node) ?? [];
  }

  get paths(): string[] {
    return [...this.#byPath.keys()];
  }

  get(path: string): Module | undefined {
    return this.#byPath.get(path);
  }

  /** Children of a module, or of the whole model for an empty path. */
  children(path: string): readonly string[] {
    return path === '' ? this.#roots : (this.#byPath.get(path)?.children ?? []);
  }

  /** As `output`, by the module's path. */
  outputOf(path: string): string | undefined {
    const module = this.#byPath.get(path);
    return module && this.output(module);
  }

  /** The last tensor that a node outside the module reads, or that the model returns. */
  output(module: Module): string | undefined {
    const inside = new Set(module.nodes);
    const returned = new Set(this.#graph.proto.output.map((output) => output.name));
    const leaves = (tensor: string) =>
      returned.has(tensor) || this.#graph.consumers(tensor).some((reader) => !inside.has(reader));
    return module.nodes
      .filter((node) => !bookkeeping.has(node.opType))
      .flatMap((node) => node.output)
      .findLast((tensor) => tensor !== '' && leaves(tensor));
  }

  /**
   * The module that `path[index]` means. Children with numbers for names (a Sequential, a ModuleList) are counted by
   * their numbers, others by the order in which they run; negative indices count from the end.
   */
  child(path: string, index: number): string | undefined {
    const children = this.children(path);
    if (children.length === 0) return this.#uncalledChild(path, index);
    const prefix = path === '' ? '' : `${path}.`;
    const names = children.map((child) => child.slice(prefix.length));
    if (names.length === 0 || !names.every((name) => /^\d+$/.test(name))) return children.at(index);
    const length = Math.max(...names.map(Number)) + 1;
    const wanted = `${prefix}${index < 0 ? length + index : index}`;
    return children.find((child) => child === wanted);
  }

  /** For a container that is never called itself (a ModuleList), whose path may be the end of a longer one: `layer` in `vit.encoder`. */
  #uncalledChild(path: string, index: number): string | undefined {
    const containers = new Map<string, Map<number, string>>();
    for (const candidate of this.#byPath.keys()) {
      const [, container = '', number] = /^(.*)\.(\d+)$/.exec(candidate) ?? [];
      if (number === undefined || (container !== path && !container.endsWith(`.${path}`))) continue;
      const entries = containers.get(container) ?? new Map<number, string>();
      containers.set(container, entries.set(Number(number), candidate));
    }
    const [only, another] = containers.has(path) ? [containers.get(path)] : [...containers.values()];
    if (only === undefined || another !== undefined) return undefined;
    return only.get(index < 0 ? Math.max(...only.keys()) + 1 + index : index);
  }
}

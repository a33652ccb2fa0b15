/** What a compiled file returns: which tensors of the engine's graph, in which form, under which names. */

import type { CompiledOutputs } from '../compile.ts';
import type { ModelInput } from '../explanation.ts';
import type { Builder } from '../onnx/builder.ts';
import { ElementType } from '../onnx/element-type.ts';
import type { GridSize } from '../resize.ts';
import type { CompiledOutput } from './description.ts';
import { appendEnlarged, appendOverlay, type OverlayLook } from './picture.ts';

/** A tensor that the file returns. */
export interface NamedOutput extends Pick<CompiledOutput, 'name' | 'kind' | 'layer' | 'method' | 'target'> {
  tensor: string;
  elementType: number;
  /** Of one picture. */
  shape: readonly number[];
}

export interface OutputRequest {
  evidence: boolean;
  /** Maps of this size in place of the layer's own. */
  upsample: GridSize | undefined;
  overlay: { look: OverlayLook; pictures: string } | undefined;
}

/**
 * Appends what the outputs still need.
 * @param ranked targets whose class the caller does not know
 */
export function appendOutputs(
  build: Builder,
  outputs: CompiledOutputs,
  input: ModelInput,
  batchSize: number,
  ranked: ReadonlySet<string>,
  request: OutputRequest,
): NamedOutput[] {
  const named: NamedOutput[] = [
    {
      name: 'scores',
      kind: 'scores',
      tensor: outputs.scores,
      elementType: ElementType.float32,
      shape: [outputs.classCount],
    },
  ];
  for (const { name, classes } of outputs.targets) {
    if (!ranked.has(name)) continue;
    const whole = { kind: 'class', elementType: ElementType.int64, shape: [] } as const;
    named.push({ ...whole, name: `class/${name}`, tensor: classes, target: name });
  }
  for (const { layer, method, target, values, evidence } of outputs.maps) {
    const { height, width, channels } = layer.grid;
    const place = { layer: layer.layer, method, target };
    const path = `${layer.layer}/${method}/${target}`;
    const map = build.reshape(values, [batchSize, height, width]);
    const shown = request.upsample ?? { height, width };
    named.push({
      ...place,
      name: `map/${path}`,
      kind: 'map',
      tensor: appendEnlarged(build, map, layer.grid, shown),
      elementType: ElementType.float32,
      shape: [shown.height, shown.width],
    });
    if (request.evidence) {
      const vector = { kind: 'evidence', elementType: ElementType.float32, shape: [channels] } as const;
      named.push({ ...place, ...vector, name: `evidence/${path}`, tensor: evidence });
    }
    if (request.overlay !== undefined) {
      const { look, pictures } = request.overlay;
      named.push({
        ...place,
        name: `overlay/${path}`,
        kind: 'overlay',
        tensor: appendOverlay(build, map, layer.grid, pictures, input, look),
        elementType: ElementType.uint8,
        shape: [input.height, input.width, 3],
      });
    }
  }
  return named;
}

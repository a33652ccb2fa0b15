/** Which execution provider the worker uses, checked by using it. */

import { create, toBinary } from '@bufbuild/protobuf';
import { ElementType } from '../../explain/onnx/element-type.ts';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  ValueInfoProtoSchema,
} from '../../explain/onnx/onnx_pb.ts';
import type { ExplainerOptions } from '../../explain/options.ts';
import { claimPrecision } from '../../explain/precision.ts';
import { UserError } from '../../explain/user-error.ts';

export interface ProviderRequest {
  /** ONNX Runtime's name for it: `cpu`, `cuda`, `tensorrt`, `webgpu`, ... */
  name: string;
  /** Index of the GPU; null: the provider's own choice. */
  device: number | null;
  /** Use the CPU where the provider cannot start. */
  fallback: boolean;
}

export interface Provider {
  name: string;
  device: number | null;
  /** Why it is not the one that was asked for; null when it is. */
  fallback: string | null;
  /** As a session takes it. */
  providers: NonNullable<ExplainerOptions['providers']>;
}

/**
 * Asks ONNX Runtime whether it has the provider, and runs a tiny model on it.
 * @throws UserError `provider-unavailable` where it cannot start and there is no fallback
 */
export async function openProvider({ name, device, fallback }: ProviderRequest): Promise<Provider> {
  // The tiny model loads CUDA, which reads the precision then.
  claimPrecision({ providers: [name] });
  const problem = await providerProblem(name, device);
  if (problem === null) return { name, device, fallback: null, providers: [asOption(name, device)] };
  if (!fallback || name === 'cpu') {
    throw new UserError(
      'provider-unavailable',
      `The execution provider ${name} cannot start: ${problem} Install what it needs, choose another --provider, or allow the ` +
        'CPU with --provider-fallback.',
    );
  }
  return { name: 'cpu', device: null, fallback: problem, providers: ['cpu'] };
}

function asOption(name: string, device: number | null) {
  return device === null ? name : { name, deviceId: device };
}

async function providerProblem(name: string, device: number | null): Promise<string | null> {
  const { InferenceSession, listSupportedBackends, Tensor } = await import('onnxruntime-node');
  const known = listSupportedBackends().map((backend) => backend.name);
  if (!known.includes(name)) {
    return `this build of ONNX Runtime has only ${known.join(', ')}.`;
  }
  try {
    const session = await InferenceSession.create(tinyModel(), {
      executionProviders: [asOption(name, device)],
      logSeverityLevel: 4,
    });
    await session.run({ x: new Tensor('float32', Float32Array.of(-1, 2), [2]) });
    await session.release();
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `${reason.replace(/\s+/g, ' ').replace(/\.?$/, '.')}`;
  }
}

/** `y = relu(x)` for two numbers. */
function tinyModel(): Uint8Array {
  const vector = (name: string) =>
    create(ValueInfoProtoSchema, {
      name,
      type: {
        tensorType: { elemType: ElementType.float32, shape: { dim: [{ value: { case: 'dimValue', value: 2n } }] } },
      },
    });
  const node = create(NodeProtoSchema, { name: 'relu', opType: 'Relu', input: ['x'], output: ['y'] });
  const graph = create(GraphProtoSchema, { name: 'tiny', node: [node], input: [vector('x')], output: [vector('y')] });
  const opsetImport = [create(OperatorSetIdProtoSchema, { version: 13n })];
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, opsetImport, graph }));
}

/** Which execution provider explains, checked by using it. */

import { create, toBinary } from '@bufbuild/protobuf';
import { ElementType } from '../../explain/onnx/element-type.ts';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  ValueInfoProtoSchema,
} from '../../explain/onnx/onnx_pb.ts';
import { loadRuntime } from '../../explain/onnx/runtime.ts';
import type { ExplainerOptions, Precision } from '../../explain/options.ts';
import { claimPrecision } from '../../explain/precision.ts';
import { UserError } from '../../explain/user-error.ts';
import { type CudaReport, cudaReportText, examineCuda } from '../../shared/gpu/cuda-report.ts';
import { type Machine, thisMachine } from '../../shared/gpu/machine.ts';

export interface ProviderRequest {
  /** ONNX Runtime's name for it: `cpu`, `cuda`, `tensorrt`, `webgpu`, ...; `auto`: CUDA where it works, else the CPU. */
  name: string;
  /** Indices of the cards, or all that the provider sees; null: the one that it chooses itself. With `auto`, cards mean CUDA. */
  devices: readonly number[] | 'all' | null;
  /** Use the CPU where the provider cannot start; null: never, and users cannot ask for it. */
  fallback: boolean | null;
  /** In which a run will be computed, if it says so: it is a whole process's. */
  precision?: Precision | undefined;
}

export interface Provider {
  name: string;
  /** Cards to work on, each with a session of its own; empty: the one that the provider chooses itself. */
  devices: readonly number[];
  /** Why it is not the one that was asked for, or not CUDA although there is a card; null: neither is so. */
  fallback: string | null;
}

export const cpu: Provider = { name: 'cpu', devices: [], fallback: null };

/** For a session on one of the provider's cards; `undefined`: on the one that it chooses itself. */
export function sessionProviders(name: string, device: number | undefined): NonNullable<ExplainerOptions['providers']> {
  return [device === undefined ? name : { name, deviceId: device }];
}

/**
 * Runs a tiny model on each card that is asked for; the CPU needs no trial.
 * @throws UserError `provider-unavailable` where one cannot start and there is no fallback
 */
export async function openProvider(request: ProviderRequest, machine: Machine = thisMachine()): Promise<Provider> {
  const { name, devices, fallback, precision } = request;
  // The tiny model loads CUDA, which reads the precision then.
  claimPrecision({ providers: [name === 'auto' ? 'cuda' : name], ...(precision === undefined ? {} : { precision }) });
  if (name === 'cpu' && devices === null) return cpu;
  if (name === 'auto' && devices === null) return chooseProvider(machine);
  const wanted = name === 'auto' ? 'cuda' : name;
  const tried = await tryProvider(wanted, devices, machine);
  if ('devices' in tried) return { name: wanted, devices: tried.devices, fallback: null };
  if (fallback === true) return { ...cpu, fallback: tried.problem };
  const choices =
    fallback === null
      ? ', or choose another --provider.'
      : ', choose another --provider, or allow the CPU with --provider-fallback.';
  const more = wanted === 'cuda' ? `\n\n${cudaReportText(await examineCuda(machine)).join('\n')}` : '';
  throw new UserError(
    'provider-unavailable',
    `The execution provider ${wanted} cannot start: ${tried.problem} Install what it needs${choices}${more}`,
  );
}

/** Where there is no driver for a card, nothing is wrong with the CPU. */
async function chooseProvider(machine: Machine): Promise<Provider> {
  const report = await examineCuda(machine);
  const hasDriver = report.driver !== null || report.parts.some(({ part, ok }) => part === 'driver' && ok);
  if (!hasDriver) return cpu;
  const problem = lackingText(report) ?? (await providerProblem('cuda', undefined));
  if (problem === null) return { name: 'cuda', devices: [], fallback: null };
  return { ...cpu, fallback: `there is a driver for NVIDIA's cards, but ${problem} gradline doctor says what to do.` };
}

/** The cards that work, or why one of them does not. */
export type Trial = { devices: readonly number[] } | { problem: string };

export async function tryProvider(name: string, devices: ProviderRequest['devices'], machine: Machine): Promise<Trial> {
  const lacking = name === 'cuda' ? lackingText(await examineCuda(machine)) : null;
  if (lacking !== null) return { problem: lacking };
  if (devices === 'all') return tryAll(name);
  for (const device of devices ?? [undefined]) {
    const problem = await providerProblem(name, device);
    if (problem !== null) return { problem: device === undefined ? problem : `device ${device}: ${problem}` };
  }
  return { devices: devices ?? [] };
}

/** ONNX Runtime itself would print what it misses, in the middle of everything else, and say no more than that it failed. */
function lackingText({ parts, ready }: CudaReport): string | null {
  if (ready) return null;
  const missing = parts.filter(({ ok }) => !ok).map(({ title }) => title);
  return `this machine lacks ${missing.join(', ')}.`;
}

/** No provider tells how many cards it sees, but the first one that is not there. */
async function tryAll(name: string): Promise<Trial> {
  const devices: number[] = [];
  for (;;) {
    const problem = await providerProblem(name, devices.length);
    if (problem === null) devices.push(devices.length);
    else if (devices.length > 0 && /invalid device/i.test(problem)) return { devices };
    else return { problem: `device ${devices.length}: ${problem}` };
  }
}

/** Why a tiny model cannot run; null: it can. */
async function providerProblem(name: string, device: number | undefined): Promise<string | null> {
  const { InferenceSession, listSupportedBackends, Tensor } = await loadRuntime();
  const known = listSupportedBackends().map((backend) => backend.name);
  if (!known.includes(name)) return `this build of ONNX Runtime has only ${known.join(', ')}.`;
  try {
    const session = await InferenceSession.create(tinyModel(), {
      executionProviders: sessionProviders(name, device),
      logSeverityLevel: 4,
    });
    await session.run({ x: new Tensor('float32', Float32Array.of(-1, 2), [2]) });
    await session.release();
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return reason.replace(/\s+/g, ' ').replace(/\.?$/, '.');
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

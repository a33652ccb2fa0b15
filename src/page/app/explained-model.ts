/** The model in ONNX Runtime's build for the browser: for WebAssembly alone, or for the GPU. */

import type { InferenceSession, Tensor } from 'onnxruntime-web';
import { at } from '../../explain/at.ts';
import { type PageExplanation, type PageSettings, type Provider, webgpuFiles } from '../contract.ts';

const mostThreads = 8;
/** Errors. What the runtime would have done with a warning is written to the console as an error. */
const logSeverityLevel = 3;

/** Each has a file of WebAssembly beside the page. Only the one that is used is loaded. */
const builds = {
  wasm: { load: () => import('onnxruntime-web/wasm'), file: 'ort-wasm-simd-threaded.wasm' },
  webgpu: { load: () => import('onnxruntime-web/jspi'), file: webgpuFiles[1] },
};

type Explained = Pick<PageExplanation, 'scores' | 'predicted' | 'maps'>;

export class ExplainedModel {
  readonly #runtime: typeof import('onnxruntime-web');
  readonly #session: InferenceSession;
  readonly #settings: PageSettings;
  readonly threads: number;

  private constructor(runtime: typeof import('onnxruntime-web'), session: InferenceSession, settings: PageSettings) {
    this.#runtime = runtime;
    this.#session = session;
    this.#settings = settings;
    this.threads = runtime.env.wasm.numThreads ?? 1;
  }

  static async open(provider: Provider, model: Uint8Array, settings: PageSettings): Promise<ExplainedModel> {
    const { load, file } = builds[provider];
    const runtime = await load();
    const { env, InferenceSession } = runtime;
    env.wasm.wasmPaths = { wasm: new URL(file, location.href).href };
    // Threads share memory, which a browser allows only to pages that are isolated from others.
    env.wasm.numThreads = crossOriginIsolated ? Math.min(navigator.hardwareConcurrency || 1, mostThreads) : 1;
    const session = await InferenceSession.create(model, { executionProviders: [provider], logSeverityLevel });
    return new ExplainedModel(runtime, session, settings);
  }

  /**
   * @param pixels RGB, `[height, width, 3]`
   * @param target class of the target `any`; -1: none
   * @throws Error for values that are no numbers, too
   */
  async explain(pixels: Uint8Array, target: number): Promise<Explained> {
    const { Tensor } = this.#runtime;
    const { image, maps: outputs } = this.#settings;
    const results = await this.#session.run({
      pixels: new Tensor('uint8', pixels, [1, image.height, image.width, 3]),
      target: new Tensor('int64', BigInt64Array.of(BigInt(target)), [1]),
    });
    const scores = floats(results.scores);
    const maps = outputs.map(({ output, ...map }) => ({ ...map, values: floats(results[output]) }));
    const predicted = scores.reduce((best, score, index) => (score > at(scores, best) ? index : best), 0);
    return { scores, predicted, maps };
  }
}

function floats(tensor: Tensor | undefined): Float32Array {
  const data = tensor?.data;
  if (!(data instanceof Float32Array)) {
    throw new Error('The model gives something else than this page expects. Make the page anew.');
  }
  if (data.every(Number.isFinite)) return data;
  throw new Error('The model gives values that are no numbers for this picture.');
}

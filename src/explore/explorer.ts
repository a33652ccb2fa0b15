/** Explains images of a run again: for another class, layer or method, and with regions covered. */

import { at } from '../explain/at.ts';
import { parseClassIndex } from '../explain/class-names.ts';
import type { Explanation, LayerMaps } from '../explain/explanation.ts';
import { type InputRow, type MethodName, methodNames } from '../explain/options.ts';
import { UserError } from '../explain/user-error.ts';
import { type RowFinder, readInputRows } from '../producer/input-rows.ts';
import { packFloats } from '../report/page/packed-array.ts';
import { inputSizeOf } from '../shared/run/input-size.ts';
import { imageKeyProblem } from '../shared/run/output-key.ts';
import { explainerInputs } from '../shared/run/read-inputs.ts';
import { retryTransient } from '../shared/store/retry.ts';
import { type DecodedImage, decodeImage } from '../worker/pipeline/decode/decode.ts';
import { groundColour } from '../worker/pipeline/decode/preprocessing.ts';
import { explainerOptions, type PipelineExplainerOptions } from '../worker/pipeline/explainer-options.ts';
import { judgeImage, type Verdict } from '../worker/pipeline/image-record.ts';
import { ImageSlots, slotShape } from '../worker/pipeline/image-slots.ts';
import { type Inference, InferenceError } from '../worker/pipeline/inference/inference.ts';
import { pipelineSettings } from '../worker/pipeline/pipeline-settings.ts';
import type { StageSettings } from '../worker/pipeline/pixels/image-stages.ts';
import { Turnstile } from '../worker/pipeline/pixels/turnstile.ts';
import { cpu } from '../worker/pipeline/provider.ts';
import { encodePicture } from '../worker/pipeline/render/encode.ts';
import { describeMap } from '../worker/pipeline/render/statistics.ts';
import type { Answer, ExplanationAnswer, ExplanationRequest, ExploredModel } from './contract.ts';
import { coverRegions } from './cover-regions.ts';
import type { ExploredRun } from './explored-run.ts';
import { listLayers } from './list-layers.ts';

export type OpenModel = (options: PipelineExplainerOptions) => Promise<Inference>;

/** Opened models at one time, each with other hooks: a large one takes gigabytes. */
const modelsKept = 2;
/** Requests that may wait for their turn: one reader makes one at a time. */
const mostWaiting = 8;

interface ReadModel {
  model: ExploredModel;
  rowOf: RowFinder;
  settings: StageSettings;
}

/** Does one thing at a time, in the order in which it is asked. */
export class Explorer {
  readonly #run: ExploredRun;
  readonly #open: OpenModel;
  readonly #turn = new Turnstile(1);
  #waiting = 0;
  /** By what is hooked; least recently used first. */
  readonly #opened = new Map<string, Inference>();
  #model: Promise<ReadModel> | null = null;
  /** The latest: a reader moves a region about on one picture. */
  #picture: { key: string; decoded: DecodedImage } | null = null;
  /** Of several labels, the class with the highest score for the latest picture of which none was named. */
  #highest: { key: string; class: number } | null = null;
  #closed = false;

  /** @param open how the model is opened, in a thread of its own */
  constructor(run: ExploredRun, open: OpenModel) {
    this.#run = run;
    this.#open = open;
  }

  /** @throws UserError for a model that cannot be read */
  async describe(): Promise<ExploredModel> {
    return (await this.#readModel()).model;
  }

  /**
   * @param signal of whoever asks: what nobody waits for any more is not begun
   * @throws UserError for what cannot be explained, `busy`; ImageError, StoreError for an image that cannot be read; the signal's reason
   */
  async explain(request: ExplanationRequest, signal: AbortSignal): Promise<ExplanationAnswer> {
    if (this.#waiting >= mostWaiting) {
      throw new UserError('busy', 'Others are being explained: too many requests wait. Try again in a moment.');
    }
    this.#waiting += 1;
    try {
      return await this.#turn.pass(async () => {
        signal.throwIfAborted();
        if (this.#closed) throw new UserError('closed', 'The server is being stopped.');
        return this.#explain(request);
      });
    } catch (error) {
      // The next request opens the model anew.
      if (error instanceof InferenceError && error.code === 'thread-died') await this.#forgetModels();
      throw error;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Waits for what is under way, then frees the models. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#turn.pass(() => this.#forgetModels());
    await this.#run.images.close();
  }

  async #forgetModels(): Promise<void> {
    const opened = [...this.#opened.values()];
    this.#opened.clear();
    await Promise.all(opened.map((inference) => inference.close()));
  }

  async #explain({ key, layer, method, cover, ...asked }: ExplanationRequest): Promise<ExplanationAnswer> {
    const { settings, rowOf, model } = await this.#readModel();
    const wanted = asked.class === null ? null : this.#classIndex(asked.class, model.classCount);
    const picture = await this.#readPicture(key);
    const pictures = cover === null ? [picture] : [picture, coveredPicture(picture, cover, settings)];
    const inference = await this.#inference(layer, method);
    const row = rowOf(key);
    const several = this.#several;
    const explain = async (label: number) => {
      const order = { label, several, ...(row === undefined ? {} : { row }) };
      const explanations = await explainPictures(inference, pictures, order);
      return explanations.map((explanation) => ({ explanation, verdict: this.#judge(key, picture, explanation) }));
    };
    // A reader who names no class asks about one picture again and again.
    const known = several && wanted === null && this.#highest?.key === key ? this.#highest.class : wanted;
    let results = await explain(known ?? -1);
    const explained = known ?? at(results, 0).verdict.predicted;
    // A covered picture may get another answer; its map is to be for the same class. Of several labels none has a map unless it is asked for.
    if (known === null && (cover !== null || several)) results = await explain(explained);
    if (several && wanted === null) this.#highest = { key, class: explained };
    const target = several ? severalTarget : wanted === null && cover === null ? 'predicted' : 'label';
    const answers = results.map(async ({ explanation, verdict }, i): Promise<Answer> => {
      const { pixels, width, height } = at(pictures, i);
      const png = await encodePicture({ pixels, width, height }, 'png');
      return {
        picture: `data:image/png;base64,${png.toString('base64')}`,
        top: verdict.top,
        ...(several ? { scores: packFloats([...explanation.scores]) } : {}),
        score: at(explanation.scores, explained),
        map: answerMap(mapOf(explanation, layer, target), { width, height }),
      };
    });
    const [original, covered = null] = await Promise.all(answers);
    if (original === undefined) throw new Error('The picture was not explained.');
    return {
      explained: { class: explained, name: this.#className(explained) },
      resolvedLayer: mapOf(at(results, 0).explanation, layer, target).resolvedLayer ?? null,
      original,
      covered,
    };
  }

  /** Whether each class is decided by itself, because an image may have several labels. */
  get #several(): boolean {
    return this.#run.configuration.multiLabel === true;
  }

  #judge(key: string, { original, placement }: DecodedImage, explanation: Explanation): Verdict {
    const image = { image: { key, label: null }, labelName: null };
    const seen = { ...original, seen: placement };
    return judgeImage(image, explanation, 0, seen, (index) => this.#className(index));
  }

  #className(index: number): string | null {
    return this.#run.classNames?.className(index) || null;
  }

  /** @throws UserError `unknown-class`, `ambiguous-class` */
  #classIndex(text: string, classCount: number): number {
    const { classNames } = this.#run;
    const index = classNames === null ? parseClassIndex(text) : classNames.classIndex(text);
    if (index !== null && index < classCount) return index;
    throw new UserError(
      'unknown-class',
      index === null
        ? `The run's classes have no names: give the index of a class, 0 to ${classCount - 1}.`
        : `There is no class ${text}: the model has ${classCount}, counted from 0.`,
    );
  }

  #readModel(): Promise<ReadModel> {
    const { configuration } = this.#run;
    this.#model ??= (async () => {
      const { model: file, preprocess, outputName } = configuration;
      const description = await listLayers({
        model: file,
        ...inputSizeOf(preprocess),
        ...(outputName === undefined ? {} : { outputName }),
        ...explainerInputs(configuration.inputs),
      });
      const { input, output, layers, suggestions } = description;
      const model: ExploredModel = {
        layers: layers.filter(({ grid }) => grid !== null).map(({ name }) => name),
        suggestions,
        methods: methodNames,
        height: input.height,
        width: input.width,
        classCount: output.classCount,
      };
      const { rowOf } = await readInputRows(configuration);
      return { model, rowOf, settings: pipelineSettings(configuration, { input }) };
    })();
    this.#model.catch(() => {
      this.#model = null;
    });
    return this.#model;
  }

  async #readPicture(key: string): Promise<DecodedImage> {
    if (this.#picture?.key === key) return this.#picture.decoded;
    const problem = imageKeyProblem(key);
    if (problem !== null) throw new UserError('bad-request', problem);
    const { preprocessing, channels, overlayBands, reading } = (await this.#readModel()).settings;
    const bytes = await retryTransient(() => this.#run.images.get(key));
    const decoded = await decodeImage(bytes, preprocessing, { ...reading, channels, overlayBands });
    this.#picture = { key, decoded };
    return decoded;
  }

  /**
   * A layer of the run is hooked together with the run's others: what is hooked decides what ONNX Runtime merges, and so the last bits of the
   * scores, which are to be those of the record.
   */
  async #inference(layer: string, method: MethodName): Promise<Inference> {
    const { configuration } = this.#run;
    const layers = configuration.layers.includes(layer) ? configuration.layers : [layer];
    const hooks = JSON.stringify([layers, method]);
    const opened = this.#opened.get(hooks);
    if (opened !== undefined) {
      this.#opened.delete(hooks);
      this.#opened.set(hooks, opened);
      return opened;
    }
    const [oldest] = this.#opened;
    if (oldest !== undefined && this.#opened.size >= modelsKept) {
      this.#opened.delete(oldest[0]);
      await oldest[1].close();
    }
    // Which class is explained does not hang on thresholds, whose file needs the classes' names.
    const { threshold: ____, ...settings } = configuration;
    const { provider: _, fuse: __, precision: ___, ...options } = explainerOptions(settings, null, cpu);
    const inference = await this.#open({
      ...options,
      layers,
      methods: [method],
      targets: this.#several ? ['label'] : ['predicted', 'label'],
      // The picture as it is, and as it is covered. A single one takes another path through the products, with other last bits.
      batchSize: Math.min(options.batchSize, 2),
      providers: ['cpu'],
    });
    this.#opened.set(hooks, inference);
    return inference;
  }
}

function coveredPicture(
  picture: DecodedImage,
  cover: NonNullable<ExplanationRequest['cover']>,
  { preprocessing, channels }: StageSettings,
): DecodedImage {
  const { bands, ...rest } = picture;
  const covered = { ...rest, pixels: picture.pixels.slice() };
  const { pixels, width, height } = covered;
  const ground = groundColour(preprocessing, channels === 1 ? 1 : 3);
  coverRegions({ values: pixels, width, height, channels: 3 }, { ...cover, ground });
  if (bands === undefined) return covered;
  const values = bands.slice();
  coverRegions({ values, width, height, channels }, { ...cover, ground: bandMeans(bands, channels) });
  return { ...covered, bands: values };
}

/** Where each class is decided by itself, the class that is asked for is the only true one, and so the first that `label` explains. */
const severalTarget = 'label#1';

/** What the model says of each, `label` being the class of the target of that name, -1 for none. */
async function explainPictures(
  inference: Inference,
  pictures: readonly DecodedImage[],
  { label, several, row }: { label: number; several: boolean; row?: InputRow },
): Promise<Explanation[]> {
  const slots = new ImageSlots(slotShape(inference.model), pictures.length);
  for (const [slot, { pixels, bands }] of pictures.entries()) {
    slots.pixels(slot).set(pixels);
    if (bands !== undefined) slots.bands(slot)?.set(bands);
  }
  const { batchSize } = inference.model;
  for (let first = 0; first < pictures.length; first += batchSize) {
    const batch = Array.from({ length: Math.min(batchSize, pictures.length - first) }, (_, i) => first + i);
    await inference.explain(slots, {
      slots: batch,
      labels: batch.map(() => label),
      ...(several ? { truth: batch.map(() => ({ labels: label < 0 ? [] : [label], unknown: [] })) } : {}),
      ...(row === undefined ? {} : { inputRows: batch.map(() => row) }),
      evaluate: [],
    });
  }
  return pictures.map((_, slot) => slots.readResult(slot));
}

/** What stands for grey where there are no colours. */
function bandMeans(bands: Float32Array, channels: number): number[] {
  const sums = new Array<number>(channels).fill(0);
  bands.forEach((value, at) => {
    sums[at % channels] = (sums[at % channels] ?? 0) + value;
  });
  return sums.map((sum) => sum / (bands.length / channels));
}

/** Of the layer; methods over pixels have one map whatever is hooked. */
function mapOf({ maps }: Explanation, layer: string, target: string): LayerMaps {
  const ofTarget = maps.filter((map) => map.target === target);
  const found = ofTarget.find((map) => map.layer === layer) ?? ofTarget[0];
  if (found === undefined) throw new Error(`There is no map for '${target}'.`);
  return found;
}

function answerMap(map: LayerMaps, seen: { width: number; height: number }): Answer['map'] {
  const { height, width, values, classes, gradientPeak, workingLayer } = map;
  const origin = { class: classes[0] ?? -1, gradientPeak: gradientPeak[0] ?? Number.NaN, workingLayer };
  const { degenerateReason } = describeMap(values, height, width, seen, origin);
  return { height, width, values: packFloats([...values]), degenerateReason };
}

/** The output of a run that never was: records and evidence of any number of images, drawn at random, the same every time. */

import type { LayerMaps, MapShape } from '../../src/explain/explanation.ts';
import { normalNumbers, uniformNumbers } from '../../src/explain/random-numbers.ts';
import { evidencePartKey, overlayKey, scoresPartKey, seenPictureKey } from '../../src/shared/run/output-key.ts';
import type { DoneRecord } from '../../src/shared/run/record.ts';
import { runFileKey } from '../../src/shared/run/run-file.ts';
import type { Store } from '../../src/shared/store/store.ts';
import { encodeEvidencePart } from '../../src/worker/pipeline/evidence/evidence-part.ts';
import { packEvidence } from '../../src/worker/pipeline/evidence/packed-evidence.ts';

export interface SyntheticRun {
  images: number;
  classes: number;
  /** Length of an evidence vector. */
  channels: number;
  shardSize: number;
}

/** Rows and columns of a map. */
const side = 7;
const targets = ['predicted', 'label'] as const;
const layer = 'last';
const method = 'grad-cam';
/** A class is mostly taken for one of so many others. */
const neighbours = 4;
const shareWrong = 0.12;
/** Images of any class that carry a mark, are taken for class 0, and are looked at in a corner. */
const shareMarked = 0.005;

interface Image {
  key: string;
  label: number;
  predicted: number;
  score: number;
  marked: boolean;
}

/** A class folder follows the other, as in a data set on disk, so a shard holds one class or two. */
export async function writeSyntheticRun(output: Store, run: SyntheticRun): Promise<void> {
  const draw = uniformNumbers(1);
  const evidence = new SyntheticEvidence(run);
  const perClass = Math.ceil(run.images / run.classes);
  for (let start = 0; start < run.images; start += run.shardSize) {
    const images = Array.from({ length: Math.min(run.shardSize, run.images - start) }, (_, i) => {
      const label = Math.floor((start + i) / perClass);
      return drawImage(draw, run.classes, label, (start + i) % perClass);
    });
    const shard = start / run.shardSize;
    const lines = images.map((image) => `${JSON.stringify(recordOf(image, run.classes, draw))}\n`);
    const part = encodeEvidencePart(
      evidence.shapes,
      images.map((image) => packEvidence(evidence.mapsOf(image), 0)),
    );
    if (part !== null) await output.put(evidencePartKey(shard), part, 'application/zip');
    await output.put(scoresPartKey(shard), lines.join(''), 'application/x-ndjson');
  }
  await output.put(runFileKey, JSON.stringify(runFile()), 'application/json');
}

function runFile(): object {
  return {
    run: 'synthetic',
    state: 'complete',
    configuration: {
      input: 'images',
      model: 'model.onnx',
      layers: [layer],
      methods: [method],
      targets,
      classes: 'classes.json',
      evidence: true,
    },
    digests: { model: '0'.repeat(64), classes: '0'.repeat(64) },
  };
}

function drawImage(draw: () => number, classes: number, label: number, index: number): Image {
  const key = `${nameOf(label)}/${String(index).padStart(7, '0')}.jpg`;
  const marked = draw() < shareMarked;
  const wrong = draw() < shareWrong;
  const other = (label + 1 + Math.floor(draw() * Math.min(neighbours, classes - 1))) % classes;
  const predicted = marked ? 0 : wrong ? other : label;
  return { key, label, predicted, score: predicted === label ? 1 - draw() ** 2 / 2 : 0.3 + 0.6 * draw(), marked };
}

function nameOf(index: number): string {
  return `class-${String(index).padStart(3, '0')}`;
}

function recordOf({ key, label, predicted, score, marked }: Image, classes: number, draw: () => number): DoneRecord {
  const left = 1 - score;
  const others = [1, 2, 3, 4].map((step) => (predicted + step) % classes).filter((index) => index !== label);
  const rest = predicted === label ? others : [label, ...others];
  const top = [predicted, ...rest].slice(0, 5).map((index, place) => ({
    class: index,
    name: nameOf(index),
    score: rounded(place === 0 ? score : left * 0.6 ** place),
  }));
  return {
    key,
    status: 'done',
    label,
    labelName: nameOf(label),
    predicted,
    predictedName: nameOf(predicted),
    score: rounded(score),
    margin: rounded(score - left * 0.6),
    correct: label === predicted,
    top,
    maps: targets.map((target) => ({
      layer,
      method,
      target,
      class: target === 'label' ? label : predicted,
      className: nameOf(target === 'label' ? label : predicted),
      shape: [side, side],
      overlay: overlayKey(key, layer, method, target, 'jpg'),
      map: null,
      min: -draw() / 10,
      max: draw(),
      mean: draw() / 10,
      peak: marked ? { x: 208, y: 208 } : { x: 112, y: 112 },
      degenerate: false,
      degenerateReason: null,
      centre: { x: 112 + draw(), y: 112 + draw() },
      areaAboveHalf: draw(),
      borderShare: draw(),
    })),
    picture: seenPictureKey(key, 'jpg'),
    image: { width: 500, height: 375 },
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(7));
}

/** What the network saw: a vector of the image's class, or of the mark, and a map with one peak. */
class SyntheticEvidence {
  readonly shapes: MapShape[];
  readonly #channels: number;
  readonly #classes: Float32Array[];
  readonly #mark: Float32Array;
  readonly #normal = normalNumbers(2);

  constructor({ classes, channels }: SyntheticRun) {
    this.shapes = targets.map((target) => ({ layer, method, target, height: side, width: side, channels }));
    this.#channels = channels;
    this.#classes = Array.from({ length: classes }, (_, index) => this.#centre(index + 3));
    this.#mark = this.#centre(2);
  }

  mapsOf({ label, marked }: Image): LayerMaps[] {
    return this.shapes.map((shape) => {
      const looksAtMark = marked && shape.target === 'predicted';
      const centre = looksAtMark ? this.#mark : (this.#classes[label] ?? this.#mark);
      return {
        ...shape,
        classes: Int32Array.of(0),
        values: this.#map(looksAtMark ? side - 1 : side / 2),
        evidence: centre.map((value) => Math.max(0, value + 0.3 * this.#normal())),
        gradientPeak: Float32Array.of(1),
      };
    });
  }

  #centre(seed: number): Float32Array {
    const normal = normalNumbers(seed);
    return Float32Array.from({ length: this.#channels }, () => Math.max(0, normal()));
  }

  #map(place: number): Float32Array {
    const [x, y] = [place + 0.5 * this.#normal(), place + 0.5 * this.#normal()];
    return Float32Array.from({ length: side * side }, (_, cell) => {
      const distance = (Math.floor(cell / side) - y) ** 2 + ((cell % side) - x) ** 2;
      return Math.exp(-distance / 4) + 0.05 * this.#normal();
    });
  }
}

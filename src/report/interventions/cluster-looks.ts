/** Which images look as a cluster's do, and what they are taken for. Nothing of that is asked of the network. */

import { at } from '../../explain/at.ts';
import type { Measurements } from '../../interventions/statistics/statistics.ts';
import { systematicSample } from '../clusters/choose-images.ts';
import type { UnrankedCluster } from '../clusters/describe-cluster.ts';
import { isCorrect, rowOf, type Sample, type SampledImage } from '../clusters/sample.ts';
import type { TestedChange } from '../contract.ts';
import { type LookChange, statisticsOf } from './change.ts';
import { haveLook } from './have-look.ts';
import { lookInRun } from './look-in-run.ts';
import { lookPlaces } from './look-places.ts';
import type { PictureChanger } from './picture-changer.ts';
import type { TriedImage } from './tried-image.ts';

/** Of a class's mistakes, in its clusters and outside. */
const mostMeasured = 400;
/** Of the run, mistakes for a class and correct images of other classes. */
const mostOfRun = 200;
/** Pictures that are held at once: those of some networks have a million pixels. */
const heldAtOnce = 40;

export interface LooksParts {
  sample: Sample;
  changer: PictureChanger;
  /** Images of the sample by their rows; those that cannot be read any more are left out. @throws StoreError */
  read(rows: readonly number[]): Promise<TriedImage[]>;
  /** Of correct images of other classes. @throws StoreError */
  usual(predicted: number): Promise<readonly Measurements[]>;
}

type LookCluster = Pick<UnrankedCluster, 'rows' | 'predicted'>;

export class ClusterLooks {
  readonly #parts: LooksParts;

  constructor(parts: LooksParts) {
    this.#parts = parts;
  }

  /**
   * Those of the mistakes for a class that look as most of a cluster's images do; null where the cluster looks as usual images, and where too many would have to be measured.
   * @param look what is the cluster's cause
   * @param own rows of the sample, the cluster's
   * @param others further mistakes for its class
   * @throws StoreError
   */
  async alike(
    look: LookChange,
    predicted: number,
    own: readonly number[],
    others: readonly number[],
  ): Promise<number[] | null> {
    if (own.length + others.length > mostMeasured) return null;
    const [images, further] = [await this.#measured(own), await this.#measured(others)];
    const places = lookPlaces(statisticsOf(look), {
      own: images.map(measurementsOf),
      others: further.map(measurementsOf),
      usual: await this.#parts.usual(predicted),
    });
    if (places === null) return null;
    const have = haveLook(places);
    const alike = [...images.filter((_, i) => have.own[i]), ...further.filter((_, i) => have.others[i])];
    return alike.map(({ row }) => row);
  }

  /**
   * How images of other classes that look as a cluster's do, and those that do not, are taken for its class; null where the cluster looks as usual images do.
   * @throws StoreError
   */
  async inRun(look: LookChange, { rows, predicted }: LookCluster): Promise<TestedChange['inRun']> {
    const ofOthers = this.#parts.sample.filter(({ label }) => label !== predicted);
    const mistakes = await this.#some(ofOthers.filter((image) => image.predicted === predicted));
    const correct = await this.#some(ofOthers.filter(isCorrect));
    const inCluster = new Set(rows);
    const own = mistakes.filter(({ row }) => inCluster.has(row));
    const others = mistakes.filter(({ row }) => !inCluster.has(row));
    const places = lookPlaces(statisticsOf(look), {
      own: own.map(measurementsOf),
      others: others.map(measurementsOf),
      usual: correct.map(measurementsOf),
    });
    const weightOf = ({ weight }: MeasuredImage) => weight;
    const weights = { mistakes: [...own, ...others].map(weightOf), correct: correct.map(weightOf) };
    return places === null ? null : lookInRun(places, weights);
  }

  /** At most so many, each of which stands for as many more. */
  async #some(all: SampledImage[]): Promise<MeasuredImage[]> {
    const images = await this.#measured(systematicSample(all, mostOfRun).map(rowOf));
    return images.map((image) => ({ ...image, weight: (image.weight * all.length) / images.length }));
  }

  /** Those that can still be read, a few of their pictures at a time. */
  async #measured(rows: readonly number[]): Promise<MeasuredImage[]> {
    const { read, changer } = this.#parts;
    const all: MeasuredImage[] = [];
    for (let first = 0; first < rows.length; first += heldAtOnce) {
      const images = await read(rows.slice(first, first + heldAtOnce));
      const measured = await Promise.all(images.map(({ picture }) => changer.measure(picture)));
      all.push(...images.map(({ row, weight }, i) => ({ row, weight, measurements: at(measured, i) })));
    }
    return all;
  }
}

interface MeasuredImage extends Pick<SampledImage, 'row' | 'weight'> {
  measurements: Measurements;
}

function measurementsOf({ measurements }: MeasuredImage): Measurements {
  return measurements;
}

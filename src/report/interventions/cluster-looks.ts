/** Which images look as a cluster's do, and what they are taken for. Nothing of that is asked of the network. */

import type { Measurements } from '../../interventions/statistics/statistics.ts';
import { systematicSample } from '../clusters/choose-images.ts';
import type { UnrankedCluster } from '../clusters/describe-cluster.ts';
import { isCorrect, rowOf, type Sample, type SampledImage } from '../clusters/sample.ts';
import type { TestedChange } from '../contract.ts';
import type { LookChange } from './change.ts';
import { haveLook } from './have-look.ts';
import { lookInRun } from './look-in-run.ts';
import { lookPlaces } from './look-places.ts';
import type { PictureChanger } from './picture-changer.ts';
import type { TriedImage } from './tried-image.ts';

/** Of a class's mistakes, in its clusters and outside. */
const mostMeasured = 400;
/** Of the run, mistakes for a class and correct images of other classes. */
const mostOfRun = 200;

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
    const [images, further] = [await this.#parts.read(own), await this.#parts.read(others)];
    const places = lookPlaces(namesOf(look), {
      own: await this.#measured(images),
      others: await this.#measured(further),
      usual: await this.#parts.usual(predicted),
    });
    if (places === null) return null;
    const have = haveLook(places);
    return [...images.filter((_, i) => have.own[i] === true), ...further.filter((_, i) => have.others[i] === true)].map(
      rowOf,
    );
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
    const own = mistakes.images.filter(({ row }) => inCluster.has(row));
    const others = mistakes.images.filter(({ row }) => !inCluster.has(row));
    const places = lookPlaces(namesOf(look), {
      own: await this.#measured(own),
      others: await this.#measured(others),
      usual: await this.#measured(correct.images),
    });
    const weigh = (images: readonly TriedImage[], scale: number) => images.map(({ weight }) => weight * scale);
    return places === null
      ? null
      : lookInRun(places, {
          mistakes: weigh([...own, ...others], mistakes.scale),
          correct: weigh(correct.images, correct.scale),
        });
  }

  /** At most so many, and for how many of the sample each stands. */
  async #some(all: SampledImage[]): Promise<{ images: TriedImage[]; scale: number }> {
    const images = await this.#parts.read(systematicSample(all, mostOfRun).map(rowOf));
    return { images, scale: all.length / Math.max(1, images.length) };
  }

  #measured(images: readonly TriedImage[]): Promise<Measurements[]> {
    return Promise.all(images.map(({ picture }) => this.#parts.changer.measure(picture)));
  }
}

function namesOf({ moved }: LookChange) {
  return moved.map(({ statistic }) => statistic);
}

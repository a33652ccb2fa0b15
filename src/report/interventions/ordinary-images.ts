/** What a cluster is held against: ordinary mistakes and correct images of the run, each read and tried once. */

import { at } from '../../explain/at.ts';
import type { Measurements } from '../../interventions/statistics/statistics.ts';
import { systematicSample } from '../clusters/choose-images.ts';
import type { UnrankedCluster } from '../clusters/describe-cluster.ts';
import { sum } from '../clusters/numbers.ts';
import { isCorrect, type Sample, type SampledImage } from '../clusters/sample.ts';
import type { EvidenceRows } from '../read/evidence.ts';
import { type Change, generalChanges } from './change.ts';
import { type Asking, type Outcome, tryChanges } from './trial.ts';
import { type TriedImage, triedImages } from './tried-image.ts';
import { fewest, ordinaryMistakes, underGeneral } from './try-cluster.ts';

/** Correct images that say what is usual. */
const usual = 44;
/** With fewer mistakes for other classes a test says little, however clear the answers are. */
const enoughMistakes = 12;

export interface OrdinaryParts extends Asking {
  sample: Sample;
  /** Of the sample's images, for their predicted classes. */
  deepest: EvidenceRows;
}

export interface OrdinaryMistakes {
  mistakes: TriedImage[];
  /** Of changes that are the same for all clusters. */
  outcomes: Map<Change, Outcome[]>;
}

/** Of all classes. */
interface Background extends OrdinaryMistakes {
  correct: TriedImage[];
  measurements: Measurements[];
}

export class OrdinaryImages {
  readonly #parts: OrdinaryParts;
  #background: Background | null = null;
  /** Of other classes than one, by that class. */
  readonly #mistakes = new Map<number, OrdinaryMistakes>();

  constructor(parts: OrdinaryParts) {
    this.#parts = parts;
  }

  /** Pictures that the network may be asked about before a cluster of that class can be held against anything. */
  mostOf(predicted: number): number {
    const mistakes = ordinaryMistakes * (1 + underGeneral);
    return (this.#background === null ? mistakes : 0) + (this.#mistakes.has(predicted) ? 0 : mistakes);
  }

  /** Statistics of correct images, of other classes than one: its own may have the same cause as its mistakes, and be most of what is correct. */
  async usual(predicted: number): Promise<Measurements[]> {
    const { correct, measurements } = await this.#read();
    const others = measurements.filter((_, i) => at(correct, i).label !== predicted);
    return others.length < fewest ? measurements : others;
  }

  /**
   * Mistakes for other classes than one: those for the same class may have the same cause. Where most of a run's mistakes are for one class, few are left of those that all
   * clusters share, and more are tried.
   */
  async mistakes(predicted: number): Promise<OrdinaryMistakes> {
    const known = this.#mistakes.get(predicted);
    if (known !== undefined) return known;
    const background = await this.#read();
    const isOther = (image: SampledImage) => image.predicted !== predicted;
    const mistakes = background.mistakes.filter(isOther);
    const outcomes = new Map(
      [...background.outcomes].map(([change, all]) => [change, all.filter(({ image }) => isOther(image))]),
    );
    if (mistakes.length < enoughMistakes) {
      const tried = new Set(mistakes.map(({ row }) => row));
      const left = this.#parts.sample.filter((image) => !isCorrect(image) && isOther(image) && !tried.has(image.row));
      const more = await this.#images(left, ordinaryMistakes - mistakes.length);
      mistakes.push(...more);
      for (const [change, found] of await tryChanges(more, generalChanges, this.#parts)) {
        outcomes.get(change)?.push(...found);
      }
    }
    const ordinary = { mistakes, outcomes };
    this.#mistakes.set(predicted, ordinary);
    return ordinary;
  }

  /**
   * So many correct images of other classes than a cluster's, what its cause may be put into: of the classes that its images are of, each as often as there, the first few as well as all. A cue
   * fools a network in pictures of some classes more than in those of others.
   */
  recipients(
    { predicted, labels }: Pick<UnrankedCluster, 'predicted' | 'labels'>,
    count: number,
  ): Promise<TriedImage[]> {
    const all = this.#parts.sample.filter((image) => isCorrect(image) && image.label !== predicted);
    return this.#images(inShares(all, labels, count), count);
  }

  async #read(): Promise<Background> {
    if (this.#background !== null) return this.#background;
    const { sample, changer } = this.#parts;
    const correct = await this.#images(sample.filter(isCorrect), usual);
    const wrong = sample.filter((image) => !isCorrect(image));
    const mistakes = await this.#images(wrong, ordinaryMistakes);
    const measurements = await Promise.all(correct.map(({ picture }) => changer.measure(picture)));
    const outcomes = await tryChanges(mistakes, generalChanges, this.#parts);
    this.#background = { correct, mistakes, measurements, outcomes };
    return this.#background;
  }

  #images(all: SampledImage[], count: number): Promise<TriedImage[]> {
    const { deepest, network } = this.#parts;
    return triedImages(systematicSample(all, count), deepest, network);
  }
}

/** So many of the images, labels as often as they are counted at any point, those of one label from all through the run; of any label where those of the counted ones are used up. */
function inShares(images: readonly SampledImage[], labels: UnrankedCluster['labels'], count: number): SampledImage[] {
  const total = sum(labels.map((label) => label.count));
  const stocks = labels.map((label) => {
    const own = images.filter((image) => image.label === label.class);
    return { own, share: label.count / total, turns: [] as number[] };
  });
  for (let turn = 0; turn < count; turn += 1) {
    const behind = ({ share, turns }: (typeof stocks)[number]) => share * (turn + 1) - turns.length;
    const left = stocks.filter(({ own, turns }) => turns.length < own.length);
    left.sort((a, b) => behind(b) - behind(a))[0]?.turns.push(turn);
  }
  const placed = stocks.flatMap(({ own, turns }) =>
    systematicSample(own, turns.length).map((image, i) => ({ image, turn: at(turns, i) })),
  );
  const chosen = placed.sort((a, b) => a.turn - b.turn).map(({ image }) => image);
  const known = new Set(chosen);
  const others = images.filter((image) => !known.has(image));
  return [...chosen, ...systematicSample(others, count - chosen.length)];
}

/** What a cluster's images have in common pixel by pixel, and which other images have it. Nothing of that is asked of the network. */

import { at } from '../../explain/at.ts';
import { fewestMarked } from '../../interventions/marks/shared-marks.ts';
import { systematicSample } from '../clusters/choose-images.ts';
import type { UnrankedCluster } from '../clusters/describe-cluster.ts';
import { rowOf } from '../clusters/sample.ts';
import type { MarksChange } from './change.ts';
import type { PictureChanger } from './picture-changer.ts';
import type { TriedImage } from './tried-image.ts';
import { members } from './try-cluster.ts';

/** Of a cluster's images, those that are searched: six times those that are tried, so that these are among them. */
const mostSearched = 6 * members;
/** Images that are looked at for marks that are known. */
const mostLookedAt = 200;
/** Of a cluster's images, those that have marks from which on the marks are the cluster's. */
const ownShare = 0.7;
/** And those that have another cluster's marks from which on both have the same. */
const sharedShare = 0.5;

export interface MarksParts {
  changer: PictureChanger;
  /** Images of the sample by their rows; those that cannot be read any more are left out. @throws StoreError */
  read(rows: readonly number[]): Promise<TriedImage[]>;
}

type MarkedCluster = Pick<UnrankedCluster, 'rows' | 'claimed'>;

export class ClusterMarks {
  readonly #parts: MarksParts;
  /** By the rows that were searched. */
  readonly #found = new Map<string, MarksChange | null>();
  /** By the rows of both. */
  readonly #same = new Map<string, boolean>();

  constructor(parts: MarksParts) {
    this.#parts = parts;
  }

  /**
   * The marks that most of a cluster's images have; null where there are none.
   * @throws StoreError
   */
  async own(cluster: Pick<UnrankedCluster, 'rows'>): Promise<MarksChange | null> {
    const marks = await this.#marksOf(cluster);
    if (marks === null) return null;
    const searched = [...marks.shifts.values()];
    return searched.filter((shift) => shift !== null).length >= ownShare * searched.length ? marks : null;
  }

  /**
   * Rows of those of a cluster's images that have one mark, in ascending order; null where no more have one than agree by chance, or too many would have to be looked at.
   * @throws StoreError
   */
  async marked(cluster: MarkedCluster): Promise<number[] | null> {
    const marks = await this.#marksOf(cluster);
    const { rows } = cluster;
    if (marks === null || rows.length > mostLookedAt) return null;
    const found = await this.#lookFor(marks, rows);
    return found.length > fewestMarked ? found.sort((a, b) => a - b) : null;
  }

  /**
   * Those of further mistakes for a claimed cluster's class that have the marks of its images; none where too many would have to be looked at.
   * @param rows of the sample
   * @throws StoreError
   */
  async further(cluster: MarkedCluster, rows: readonly number[]): Promise<number[]> {
    if (!cluster.claimed || rows.length > mostLookedAt) return [];
    const marks = await this.own(cluster);
    return marks === null ? [] : this.#lookFor(marks, rows);
  }

  /**
   * Whether the marks of one cluster are those of the other.
   * @throws StoreError
   */
  async areSame(one: MarkedCluster, other: MarkedCluster): Promise<boolean> {
    const pair = JSON.stringify([one.rows, other.rows]);
    const known = this.#same.get(pair);
    if (known !== undefined) return known;
    const answer = (await this.#hasMarksOf(one, other)) || (await this.#hasMarksOf(other, one));
    this.#same.set(pair, answer);
    return answer;
  }

  async #hasMarksOf(one: MarkedCluster, other: MarkedCluster): Promise<boolean> {
    const marks = await this.own(other);
    if (marks === null) return false;
    const looked = systematicSample(one.rows, mostSearched);
    return (await this.#lookFor(marks, looked)).length >= sharedShare * looked.length;
  }

  /** The marks that some of a cluster's images have. */
  async #marksOf({ rows }: Pick<UnrankedCluster, 'rows'>): Promise<MarksChange | null> {
    const searched = systematicSample(rows, mostSearched);
    const name = searched.join();
    const known = this.#found.get(name);
    if (known !== undefined) return known;
    const marks = await this.#parts.changer.marks(await this.#parts.read(searched));
    this.#found.set(name, marks);
    return marks;
  }

  /** Those that have the marks. */
  async #lookFor({ marks, shifts }: MarksChange, rows: readonly number[]): Promise<number[]> {
    const known = rows.filter((row) => Boolean(shifts.get(row)));
    const others = rows.filter((row) => !shifts.has(row));
    if (others.length === 0) return known;
    const images = await this.#parts.read(others);
    const where = await this.#parts.changer.whereMarksAre(
      marks,
      images.map(({ picture }) => picture),
    );
    return [...known, ...images.filter((_, i) => at(where, i) !== null).map(rowOf)];
  }
}

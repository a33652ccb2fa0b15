/** Makes the pictures that the network is asked about: in threads, while the network answers the last ones. */

import { availableParallelism } from 'node:os';
import type { Shift } from '../../interventions/marks/alignment.ts';
import type { Marks } from '../../interventions/marks/marks-in.ts';
import type { SeenImage } from '../../interventions/network.ts';
import type { Measurements } from '../../interventions/statistics/statistics.ts';
import { threadFile } from '../../shared/threads/thread-file.ts';
import { openThreadPool, type ThreadPool } from '../../shared/threads/thread-pool.ts';
import { type Change, type ChangeableImage, type ChangedPictures, isLookChange, type MarksChange } from './change.ts';
import { type ChangeCalls, changeWorks } from './change-works.ts';

/** A card answers no faster than so many threads make pictures. */
const mostThreads = 16;

const noMeasurements: Measurements = new Map();

export class PictureChanger implements AsyncDisposable {
  readonly #threads: ThreadPool<ChangeCalls>;
  readonly #measurements = new WeakMap<SeenImage, Promise<Measurements>>();

  constructor(size = Math.min(availableParallelism(), mostThreads)) {
    const file = threadFile('change-thread', import.meta.url);
    this.#threads = openThreadPool(
      { file, name: 'gradline-changes', title: 'A thread that changes pictures' },
      changeWorks,
      size,
    );
  }

  /** Images that are worth having under way at once: what waits is there when a thread has done its last. */
  get atOnce(): number {
    return 2 * this.#threads.size;
  }

  /** All statistics, measured once. */
  measure(picture: SeenImage): Promise<Measurements> {
    const known = this.#measurements.get(picture) ?? this.#threads.ask('measure', sendable(picture));
    this.#measurements.set(picture, known);
    return known;
  }

  /** Null where the images show nothing that is the same. */
  marks(images: readonly ChangeableImage[]): Promise<MarksChange | null> {
    return this.#threads.ask('marks', images.map(sendableImage));
  }

  /** Where each picture has the marks; null where it does not have them. */
  async whereMarksAre(marks: Marks, pictures: readonly SeenImage[]): Promise<(Shift | null)[]> {
    const each = Math.max(1, Math.ceil(pictures.length / this.#threads.size));
    const count = Math.ceil(pictures.length / each);
    const parts = Array.from({ length: count }, (_, i) => pictures.slice(i * each, (i + 1) * each));
    const asked = parts.map((part) => this.#threads.ask('whereMarksAre', { marks, pictures: part.map(sendable) }));
    return (await Promise.all(asked)).flat();
  }

  /** @returns in the order of the changes; null where one does not apply to this picture */
  change(image: ChangeableImage, changes: readonly Change[]): Promise<(ChangedPictures | null)[]> {
    return this.#threads.ask('change', { image: sendableImage(image), changes });
  }

  /** The recipient with the donor's part or look; null where the donor has none. */
  async lend(change: Change, donor: ChangeableImage, recipient: SeenImage): Promise<SeenImage | null> {
    const values = isLookChange(change) ? await this.measure(donor.picture) : noMeasurements;
    return this.#threads.ask('lend', {
      change,
      donor: sendableImage(donor),
      values,
      recipient: sendable(recipient),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#threads[Symbol.asyncDispose]();
  }
}

/** Pixels in memory of their own: what else is in it would be sent, too. */
function sendable(picture: SeenImage): SeenImage {
  return { ...picture, pixels: picture.pixels.slice() };
}

function sendableImage({ row, picture, heatmap }: ChangeableImage): ChangeableImage {
  return { row, picture: sendable(picture), heatmap };
}

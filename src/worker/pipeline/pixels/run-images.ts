/** The images of one run in one thread: its stores opened there, and its stages. */

import { openImageStore } from '../../../shared/run/image-store.ts';
import { QuickAccess } from '../../../shared/store/file-access.ts';
import { isS3Location } from '../../../shared/store/location.ts';
import { openStore } from '../../../shared/store/open-store.ts';
import { storeRetries } from '../../../shared/store/retry.ts';
import { type Store, StoreError } from '../../../shared/store/store.ts';
import { ImageSlots, type SlotShape } from '../image-slots.ts';
import { RunStopped } from '../run-stopped.ts';
import type { SettledImage } from '../settled-image.ts';
import type { StageWatch } from '../stage-watch.ts';
import type { ImageReader } from '../stages/fetch.ts';
import { ImageStages, type StageSettings } from './image-stages.ts';
import type { CommitOrder, FinishedImage, FinishOrder, ImageWork, PrepareOrder } from './image-work.ts';
import type { Turnstile } from './turnstile.ts';

/** All that a thread has to know of a run: plain data, sent once. */
export interface RunOrder {
  /** The run's input and output, as its configuration names them. */
  input: string;
  output: string;
  settings: StageSettings;
  /** Names by class index; null: there are none. */
  classNames: string[] | null;
  /**
   * What a bucket means that refuses an image: `stop`, that it refuses them all, so the run has to stop; `quarantine`, that the image is
   * left out.
   */
  refused: 'stop' | 'quarantine';
}

/** The slots of a run's images, for another thread. */
export interface SharedSlots {
  shape: SlotShape;
  count: number;
  buffer: SharedArrayBuffer;
}

interface OpenedRun {
  stages: ImageStages;
  stores: Store[];
}

export class RunImages implements ImageWork {
  readonly threads = 1;
  readonly #opened: Promise<OpenedRun>;

  /** Begins to open the stores; an error there is that of the first order. */
  constructor(order: RunOrder, slots: SharedSlots, decoding: Turnstile, watch: StageWatch | null) {
    this.#opened = openRun(order, slots, decoding, watch);
    this.#opened.catch(() => undefined);
  }

  async prepare(order: PrepareOrder): Promise<SettledImage | null> {
    return (await this.#opened).stages.prepare(order);
  }

  async finish(order: FinishOrder): Promise<FinishedImage> {
    return (await this.#opened).stages.finish(order);
  }

  async commit(order: CommitOrder): Promise<void> {
    return (await this.#opened).stages.commit(order);
  }

  async close(): Promise<void> {
    const opened = await this.#opened.catch(() => null);
    await Promise.all(opened?.stores.map((store) => store.close()) ?? []);
  }
}

async function openRun(
  order: RunOrder,
  slots: SharedSlots,
  decoding: Turnstile,
  watch: StageWatch | null,
): Promise<OpenedRun> {
  const { settings, classNames, refused } = order;
  const output = await openStore(order.output, new QuickAccess());
  try {
    const input = await openImageStore(order.input, new QuickAccess());
    const stages = new ImageStages({
      read: refused === 'stop' ? stoppingReader(input) : (key) => input.get(key),
      output,
      slots: new ImageSlots(slots.shape, slots.count, slots.buffer),
      settings,
      className: (index) => classNames?.[index] ?? null,
      retries: watch === null ? storeRetries : { ...storeRetries, onRetry: () => watch.onRetry() },
      decoding,
      watch,
    });
    return { stages, stores: [input, output] };
  } catch (error) {
    await output.close();
    throw error;
  }
}

/** A bucket that refuses one image refuses them all; a file that cannot be read is that image's own trouble. */
function stoppingReader(input: Store): ImageReader {
  return async (key) => {
    try {
      return await input.get(key);
    } catch (error) {
      const isRefusal = error instanceof StoreError && error.code === 'access-denied';
      if (!isRefusal || !(isS3Location(input.location) || isS3Location(key))) throw error;
      throw new RunStopped(error.code, error.message, { cause: error });
    }
  };
}

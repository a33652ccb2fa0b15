/** What runs wrote, opened for reading. */

import { z } from 'zod';
import { UserError } from '../../explain/user-error.ts';
import { pagePath } from '../../report/serve/answer-request.ts';
import { openImageStore } from '../../shared/run/image-store.ts';
import { imageKeyProblem } from '../../shared/run/output-key.ts';
import { readRunFile, runFileSchema } from '../../shared/run/run-file.ts';
import { openStore } from '../../shared/store/open-store.ts';
import { type Store, StoreError } from '../../shared/store/store.ts';
import type { RunOutput } from '../contract.ts';

export interface OpenOutput {
  store: Store;
  /** Where the images are. */
  input: string;
}

const storedRun = runFileSchema.pick({ run: true }).extend({ configuration: z.object({ input: z.string() }) });

const mostOpen = 16;
/** What a page shows, and what leads to it. A place in Redis must not become a way to other files of this machine. */
const shownFolders = /^(report|overlays|maps|scores|faithfulness)\//;

export class Outputs {
  /** The one used last at the end. */
  readonly #open = new Map<string, Promise<OpenOutput>>();

  /**
   * Opens the output that Redis names for a run, where its run.json says that it is this run's.
   * @throws UserError `not-this-run`, `damaged-output`; StoreError
   */
  open(run: string, location: string): Promise<OpenOutput> {
    const name = `${run} ${location}`;
    const opening = this.#open.get(name) ?? openOutput(run, location);
    this.#open.delete(name);
    this.#open.set(name, opening);
    opening.catch(() => this.#open.delete(name));
    if (this.#open.size > mostOpen) void this.#closeOldest();
    return opening;
  }

  /** Whether there is a report, and where `linkOf` leads to it. */
  async look(run: string, location: string, linkOf: (key: string) => string): Promise<RunOutput> {
    try {
      const { store } = await this.open(run, location);
      const key = pagePath.slice(1);
      return { report: (await store.exists(key)) ? linkOf(key) : null, problem: null };
    } catch (error) {
      if (!(error instanceof UserError || error instanceof StoreError)) throw error;
      return { report: null, problem: error.message };
    }
  }

  async close(): Promise<void> {
    while (this.#open.size > 0) await this.#closeOldest();
  }

  async #closeOldest(): Promise<void> {
    const [oldest] = this.#open;
    if (oldest === undefined) return;
    const [name, opening] = oldest;
    this.#open.delete(name);
    const open = await opening.catch(() => null);
    await open?.store.close();
  }
}

export function isShown(key: string): boolean {
  return shownFolders.test(key) || key === 'run.json';
}

async function openOutput(run: string, location: string): Promise<OpenOutput> {
  const store = await openStore(location);
  try {
    const file = await readRunFile(store, storedRun, (cause): never => {
      throw new UserError(
        'not-this-run',
        `${location} holds no run.json for this dashboard. Start it where the fleet's places lie, or with the credentials of the bucket.`,
        { cause },
      );
    });
    if (file.run !== run) {
      throw new UserError('not-this-run', `${location} holds run ${file.run} by now, not ${run}.`);
    }
    return { store, input: file.configuration.input };
  } catch (error) {
    await store.close();
    throw error;
  }
}

const shownTypes: Readonly<Record<string, string>> = {
  ...{ jpg: 'image/jpeg', jpeg: 'image/jpeg', jpe: 'image/jpeg', jfif: 'image/jpeg', png: 'image/png' },
  ...{ webp: 'image/webp', gif: 'image/gif', avif: 'image/avif', bmp: 'image/bmp' },
};
/** Bytes of a picture that is sent to be shown. */
const largest = 32 * 2 ** 20;

/**
 * The file of an image of a run, as it lies in the input. Only of kinds that browsers show as pictures, whatever the bytes are.
 * @throws UserError `not-shown`; StoreError
 */
export async function readPicture(input: string, key: string): Promise<{ type: string; bytes: Buffer }> {
  const type = shownTypes[/\.([^./]+)$/.exec(key)?.[1]?.toLowerCase() ?? ''];
  if (type === undefined || imageKeyProblem(key) !== null) {
    throw new UserError('not-shown', 'A browser does not show pictures of that kind.');
  }
  const store = await openImageStore(input);
  try {
    const { size } = await store.facts(key);
    if (size > largest) throw new UserError('not-shown', `The file has ${size} bytes, too many to be shown here.`);
    return { type, bytes: await store.get(key) };
  } finally {
    await store.close();
  }
}

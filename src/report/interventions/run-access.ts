/** The network of the run that a report is made of. */

import type { Network } from '../../interventions/network.ts';
import type { Store } from '../../shared/store/store.ts';
import { type RunPlaces, reopenRun } from '../../worker/reopen/reopened-run.ts';
import { RunNetwork } from '../../worker/reopen/run-network.ts';
import type { NetworkAccess } from './asked-clusters.ts';

/** Where the run's model and images are now, and how many changed pictures the network may be asked about; null: as run.json says. */
export interface AskOrder extends RunPlaces {
  most: number | null;
}

/** The run's own places and settings: where something is not there any more, the report does without. */
const asTheRunSays: AskOrder = { model: null, images: null, most: null };

export class RunAccess implements NetworkAccess, AsyncDisposable {
  readonly most: number | null;
  readonly isRequired: boolean;
  readonly #output: Store;
  readonly #places: RunPlaces;
  #opened: Promise<RunNetwork | null> | null = null;

  constructor(output: Store, ask: AskOrder = asTheRunSays) {
    this.#output = output;
    this.#places = ask;
    this.most = ask.most;
    this.isRequired = ask.model !== null || ask.images !== null || (ask.most ?? 0) > 0;
  }

  /** The same each time. */
  open(): Promise<Network | null> {
    this.#opened ??= reopenRun(this.#output, this.#places).then((run) => RunNetwork.open(run));
    return this.#opened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Whoever opened it has heard of a failure.
    const network = await this.#opened?.catch(() => null);
    await network?.close();
  }
}

import { randomUUID } from 'node:crypto';
import {
  clearBreadcrumb,
  releaseShard,
  type StaleAttempt,
  type Start,
  setBreadcrumb,
  startShard,
} from '../../shared/ledger/attempts.ts';
import type { RunLedger } from '../../shared/ledger/run-keys.ts';
import { AttemptSuperseded } from './failures.ts';

/** One try at a shard, as the ledger knows it. What is neither committed nor handed back counts as a crash of the process. */
export class ShardAttempt {
  readonly #ledger: RunLedger;
  readonly #shard: number;
  readonly #worker: string;
  readonly #token = randomUUID();

  constructor(ledger: RunLedger, shard: number, worker: string) {
    this.#ledger = ledger;
    this.#shard = shard;
    this.#worker = worker;
  }

  start(): Promise<Start> {
    return startShard(this.#ledger, this.#shard, this.#token, this.#worker);
  }

  /** Names the one image that this process works on from now on. @throws AttemptSuperseded */
  async point(place: number, key: string): Promise<void> {
    check(await setBreadcrumb(this.#ledger, this.#shard, this.#token, { place, key }));
  }

  /** No image is worked on any more. @throws AttemptSuperseded */
  async clear(): Promise<void> {
    check(await clearBreadcrumb(this.#ledger, this.#shard, this.#token));
  }

  async handBack(): Promise<void> {
    await releaseShard(this.#ledger, this.#shard, this.#token);
  }
}

function check({ result }: { result: 'set' | 'cleared' } | StaleAttempt): void {
  if (result === 'superseded') throw new AttemptSuperseded();
}

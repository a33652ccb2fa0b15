/** What the ledger should hold, written down plainly: no bitmaps, no scripts, one Set or number for each thing. */

import type { LedgerState } from '../../../src/shared/ledger/contract.ts';

export interface ModelAttempt {
  token: string | null;
  place: number | null;
  crashes: number;
  suspects: Map<number, number>;
}

export class LedgerModel {
  readonly shardSize: number;
  readonly images: number;
  state: LedgerState = 'planning';
  planned = false;
  cursor = 0;
  crashes = 0;
  fence = 0;
  finishes = 0;
  /** Fence of the finisher that left last. */
  left = 0;
  /** Letters of the committed shards. */
  readonly committed = new Map<number, string>();
  readonly givenUp = new Set<number>();
  readonly attempts = new Map<number, ModelAttempt>();

  constructor(shardSize: number, images: number) {
    this.shardSize = shardSize;
    this.images = images;
  }

  get shards(): number {
    return Math.ceil(this.images / this.shardSize);
  }

  /** Takes work: shards are committed, given up, started. */
  get open(): boolean {
    return this.state === 'planning' || this.state === 'running' || this.state === 'paused';
  }

  sizeOf(shard: number): number {
    return Math.min(this.shardSize, this.images - shard * this.shardSize);
  }

  settled(shard: number): boolean {
    return this.committed.has(shard) || this.givenUp.has(shard);
  }

  count(letters: string): number {
    return [...this.committed.values()]
      .join('')
      .split('')
      .filter((letter) => letters.includes(letter)).length;
  }

  get missing(): number {
    return [...this.givenUp].reduce((sum, shard) => sum + this.sizeOf(shard), 0);
  }

  get allSettled(): boolean {
    return this.committed.size + this.givenUp.size === this.shards;
  }

  /** As `readStatus` should say it. */
  get expectation(): object {
    const before = Array.from({ length: this.cursor }, (_, shard) => shard);
    return {
      state: this.state,
      expected: this.planned ? this.images : null,
      shards: this.planned ? this.shards : null,
      settledShards: this.committed.size + this.givenUp.size,
      givenUpShards: this.givenUp.size,
      done: this.count('dcw'),
      quarantined: this.count('q'),
      labelled: this.count('cw'),
      correct: this.count('c'),
      missing: this.missing,
      cursor: this.cursor,
      backlog: before.filter((shard) => !this.settled(shard)).length,
      crashes: this.crashes,
      shardsUnderWay: this.attempts.size,
      failures: this.count('q') > 0 ? { corrupt: this.count('q') } : {},
    };
  }
}

/** Counts over outcomes by letter. */
export function tallyOf(letters: string) {
  const count = (wanted: string) => [...letters].filter((letter) => wanted.includes(letter)).length;
  const quarantined = count('q');
  return {
    done: count('dcw'),
    quarantined,
    labelled: count('cw'),
    correct: count('c'),
    failures: quarantined > 0 ? { corrupt: quarantined } : {},
  };
}

/** Random steps, each through one of several connections, and checked against the model. */

import fc from 'fast-check';
import { expect } from 'vitest';
import type { RunLedger } from '../../../src/shared/ledger/run-keys.ts';
import { statusOf } from './fixture.ts';
import type { LedgerModel } from './ledger-model.ts';
import { cancel, complete, fail, finish, forgetScripts, leave, pause, plan, reopen, resume } from './run-steps.ts';
import { advance, breadcrumb, commit, giveUp, release, reopenOne, type Step, start } from './shard-steps.ts';

export const shardSize = 3;
export const images = 10;
const shards = Math.ceil(images / shardSize);

/** The run through any of several connections, because workers share none. */
interface Real {
  ledgers: RunLedger[];
}

class Command implements fc.AsyncCommand<LedgerModel, Real> {
  readonly #step: Step;
  readonly #connection: number;

  constructor(step: Step, connection: number) {
    this.#step = step;
    this.#connection = connection;
  }

  check(): boolean {
    return true;
  }

  async run(model: LedgerModel, { ledgers }: Real): Promise<void> {
    const ledger = ledgers[this.#connection % ledgers.length];
    if (ledger === undefined) throw new Error('There is no connection.');
    const [actual, expected] = await this.#step.act(model, ledger);
    expect(actual, this.#step.name).toMatchObject(expected);
    expect(await statusOf(ledger), `after ${this.#step.name}`).toMatchObject(model.expectation);
  }

  toString(): string {
    return `${this.#step.name} @${this.#connection}`;
  }
}

const shard = fc.nat(shards - 1);
const token = fc.constantFrom('a', 'b', 'c');

/** So that runs come to their end often enough. */
const commitRest: Step = {
  name: 'commit the rest',
  act: async (model, ledger) => {
    for (let number = 0; number < shards; number += 1) {
      const [actual, expected] = await commit(number, 'dcq').act(model, ledger);
      expect(actual).toMatchObject(expected);
    }
    return plan.act(model, ledger);
  },
};

const letters = fc.string({ unit: fc.constantFrom('d', 'c', 'w', 'q'), minLength: shardSize, maxLength: shardSize });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.tuple(shard, letters).map((given) => commit(...given)) },
  { weight: 2, arbitrary: shard.map(giveUp) },
  { weight: 4, arbitrary: fc.tuple(shard, token).map((given) => start(...given)) },
  { weight: 2, arbitrary: fc.tuple(shard, token, fc.nat(shardSize - 1)).map((given) => breadcrumb(...given)) },
  { weight: 1, arbitrary: fc.tuple(shard, token).map((given) => release(...given)) },
  {
    weight: 3,
    arbitrary: fc.tuple(shard, fc.integer({ min: 1, max: shards })).map(([a, b]) => advance(Math.min(a, b - 1), b)),
  },
  { weight: 2, arbitrary: fc.constant(plan) },
  { weight: 2, arbitrary: fc.constant(commitRest) },
  { weight: 3, arbitrary: fc.constantFrom(pause, resume, fail) },
  { weight: 2, arbitrary: fc.constant(resume) },
  { weight: 3, arbitrary: fc.constant(finish) },
  { weight: 1, arbitrary: fc.constant(leave) },
  { weight: 3, arbitrary: fc.constantFrom(0, 0, 1).map(complete) },
  { weight: 1, arbitrary: fc.constant(reopen) },
  { weight: 2, arbitrary: shard.map(reopenOne) },
  { weight: 1, arbitrary: fc.constantFrom(forgetScripts, cancel) },
);

export const command = fc.tuple(step, fc.nat(2)).map(([what, connection]) => new Command(what, connection));

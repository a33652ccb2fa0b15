/** What happens to the shards of a run, each as it should be answered and as it changes the model. */

import { releaseShard, setBreadcrumb, startShard } from '../../../src/shared/ledger/attempts.ts';
import { advanceCursor } from '../../../src/shared/ledger/cursor.ts';
import { reopenShard } from '../../../src/shared/ledger/reopen.ts';
import type { RunLedger } from '../../../src/shared/ledger/run-keys.ts';
import { commitShard, giveUpShard } from '../../../src/shared/ledger/settle-shard.ts';
import { outcomes } from './fixture.ts';
import { type LedgerModel, tallyOf } from './ledger-model.ts';

export interface Step {
  name: string;
  /** Acts, and returns what the model says it should answer. */
  act(model: LedgerModel, ledger: RunLedger): Promise<[actual: { result: string }, expected: object]>;
}

/** The run's refusal, or null when it takes work. */
export function refusal(model: LedgerModel): object | null {
  return model.open ? null : { result: 'run-not-running', state: model.state };
}

export function commit(number: number, letters: string): Step {
  return {
    name: `commit ${number} ${letters}`,
    act: async (model, ledger) => {
      const mine = letters.slice(0, model.sizeOf(number));
      const actual = await commitShard(ledger, number, outcomes(mine, 'corrupt'), 'gpu-0');
      if (!model.open && !(model.state === 'finishing' && model.committed.has(number))) {
        return [actual, refusal(model) ?? {}];
      }
      if (model.committed.has(number)) return [actual, { result: 'already-committed' }];
      model.givenUp.delete(number);
      model.committed.set(number, mine);
      model.attempts.delete(number);
      return [actual, { result: 'committed' }];
    },
  };
}

export function giveUp(number: number): Step {
  return {
    name: `give up ${number}`,
    act: async (model, ledger) => {
      const error = { code: 'unavailable', message: 'S3 did not answer.' };
      const actual = await giveUpShard(ledger, number, model.sizeOf(number), error);
      const refused = refusal(model);
      if (refused !== null) return [actual, refused];
      if (model.committed.has(number)) return [actual, { result: 'already-committed' }];
      if (model.givenUp.has(number)) return [actual, { result: 'already-given-up' }];
      model.givenUp.add(number);
      model.attempts.delete(number);
      return [actual, { result: 'given-up' }];
    },
  };
}

/** A start that finds another token is what a crash looks like. */
export function start(number: number, name: string): Step {
  return {
    name: `start ${number} as ${name}`,
    act: async (model, ledger) => {
      const actual = await startShard(ledger, number, name, 'gpu-0');
      if (!model.open || model.state === 'paused') return [actual, { result: 'run-not-running', state: model.state }];
      if (model.committed.has(number)) return [actual, { result: 'already-committed' }];
      if (model.givenUp.has(number)) return [actual, { result: 'given-up' }];
      const attempt = model.attempts.get(number) ?? { token: null, place: null, crashes: 0, suspects: new Map() };
      if (attempt.token !== name) {
        if (attempt.token !== null) {
          attempt.crashes += 1;
          model.crashes += 1;
          const { place } = attempt;
          if (place !== null) attempt.suspects.set(place, (attempt.suspects.get(place) ?? 0) + 1);
        }
        model.attempts.set(number, { ...attempt, token: name, place: null });
      }
      const suspects = [...attempt.suspects].sort(([a], [b]) => a - b);
      return [
        actual,
        {
          result: 'started',
          crashes: attempt.crashes,
          suspects: suspects.map(([place, crashes]) => ({ place, key: `image ${place}.jpg`, crashes })),
        },
      ];
    },
  };
}

export function breadcrumb(number: number, name: string, place: number): Step {
  return {
    name: `breadcrumb ${number} as ${name} at ${place}`,
    act: async (model, ledger) => {
      const actual = await setBreadcrumb(ledger, number, name, { place, key: `image ${place}.jpg` });
      const attempt = model.attempts.get(number);
      if (attempt?.token !== name) return [actual, { result: 'superseded' }];
      attempt.place = place;
      return [actual, { result: 'set' }];
    },
  };
}

export function release(number: number, name: string): Step {
  return {
    name: `release ${number} as ${name}`,
    act: async (model, ledger) => {
      const actual = await releaseShard(ledger, number, name);
      const attempt = model.attempts.get(number);
      if (attempt?.token !== name) return [actual, { result: 'superseded' }];
      if (attempt.crashes === 0) model.attempts.delete(number);
      else model.attempts.set(number, { ...attempt, token: null, place: null });
      return [actual, { result: 'released' }];
    },
  };
}

export function advance(from: number, to: number): Step {
  return {
    name: `advance ${from} to ${to}`,
    act: async (model, ledger) => {
      const actual = await advanceCursor(ledger, from, to);
      const refused = refusal(model);
      if (refused !== null) return [actual, refused];
      if (model.cursor === from) {
        model.cursor = to;
        return [actual, { result: 'advanced', cursor: to }];
      }
      return [actual, { result: model.cursor >= to ? 'already-advanced' : 'cursor-elsewhere', cursor: model.cursor }];
    },
  };
}

export function reopenOne(number: number): Step {
  return {
    name: `reopen ${number}`,
    act: async (model, ledger) => {
      const letters = model.committed.get(number);
      const actual = await reopenShard(ledger, number, letters === undefined ? null : tallyOf(letters));
      if (model.state !== 'paused') return [actual, { result: 'not-paused', state: model.state }];
      if (!model.planned) return [actual, { result: 'not-in-plan' }];
      if (!model.settled(number)) return [actual, { result: 'already-open' }];
      model.committed.delete(number);
      model.givenUp.delete(number);
      return [actual, { result: 'reopened' }];
    },
  };
}

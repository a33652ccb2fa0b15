/** What happens to a run as a whole, each as it should be answered and as it changes the model. */

import type { LedgerState } from '../../../src/shared/ledger/contract.ts';
import { completeRun, leaveFinish, mostFinishAttempts, tryFinish } from '../../../src/shared/ledger/finish.ts';
import { reopenRun } from '../../../src/shared/ledger/reopen.ts';
import type { RunLedger } from '../../../src/shared/ledger/run-keys.ts';
import { cancelRun, failRun, type Move, pauseRun, resumeRun } from '../../../src/shared/ledger/run-state.ts';
import { endPlanning } from '../../../src/shared/ledger/runs.ts';
import { type LedgerModel, tallyOf } from './ledger-model.ts';
import { refusal, type Step } from './shard-steps.ts';

export const plan: Step = {
  name: 'end planning',
  act: async (model, ledger) => {
    const actual = await endPlanning(ledger, { expected: model.images, shards: model.shards });
    const refused = refusal(model);
    if (refused !== null) return [actual, refused];
    if (model.planned) return [actual, { result: 'already-planned' }];
    model.planned = true;
    if (model.state === 'planning') model.state = 'running';
    return [actual, { result: 'planned' }];
  },
};

function move(
  name: string,
  act: (ledger: RunLedger) => Promise<Move>,
  target: (model: LedgerModel) => LedgerState,
  from: (model: LedgerModel) => LedgerState[],
  after: (model: LedgerModel) => void = () => undefined,
): Step {
  return {
    name,
    act: async (model, ledger) => {
      const actual = await act(ledger);
      const { state } = model;
      const there = name === 'resume' ? state === 'running' || state === 'planning' : state === target(model);
      if (!from(model).includes(state)) return [actual, { result: there ? 'already' : 'not-allowed', state }];
      model.state = target(model);
      after(model);
      return [actual, { result: 'moved', state: model.state }];
    },
  };
}

export const [pause, resume, fail] = [
  move(
    'pause',
    pauseRun,
    () => 'paused',
    () => ['planning', 'running'],
  ),
  move(
    'resume',
    resumeRun,
    ({ planned }) => (planned ? 'running' : 'planning'),
    () => ['paused', 'failed'],
    (model) => {
      model.finishes = 0;
    },
  ),
  move(
    'fail',
    (ledger) => failRun(ledger, 'no-space', 'The disk is full.'),
    () => 'failed',
    () => ['planning', 'running', 'paused', 'finishing'],
  ),
];

export const cancel = move(
  'cancel',
  cancelRun,
  () => 'cancelled',
  () => ['planning', 'running', 'paused', 'failed'],
  (model) => model.attempts.clear(),
);

export const reopen: Step = {
  name: 'reopen',
  act: async (model, ledger) => {
    const actual = await reopenRun(ledger);
    const { state } = model;
    if (!model.planned || state === 'finishing' || state === 'cancelled') {
      return [actual, { result: 'not-allowed', state }];
    }
    if (state === 'paused') return [actual, { result: 'already', state }];
    if (state === 'complete') model.cursor = model.shards;
    model.state = 'paused';
    model.finishes = 0;
    return [actual, { result: 'moved', state: 'paused' }];
  },
};

/** A lease that has ended by the next step makes the next caller the finisher. */
export const finish: Step = {
  name: 'finish',
  act: async (model, ledger) => {
    const actual = await tryFinish(ledger, -1);
    const { state } = model;
    if (state === 'complete') return [actual, { result: 'already-complete' }];
    if (state === 'planning') return [actual, { result: 'unfinished' }];
    if (state !== 'running' && state !== 'finishing') return [actual, { result: 'run-not-running', state }];
    if (!model.allSettled) return [actual, { result: 'unfinished' }];
    if (model.finishes === mostFinishAttempts) return [actual, { result: 'too-often', attempts: model.finishes }];
    model.state = 'finishing';
    model.fence += 1;
    model.finishes += 1;
    return [actual, { result: 'finisher', fence: model.fence, attempt: model.finishes }];
  },
};

/** The latest finisher stops without having failed. */
export const leave: Step = {
  name: 'leave',
  act: async (model, ledger) => {
    const actual = await leaveFinish(ledger, model.fence);
    if (model.state !== 'finishing' || model.left === model.fence) return [actual, { result: 'superseded' }];
    model.left = model.fence;
    model.finishes -= 1;
    return [actual, { result: 'left' }];
  },
};

export function complete(age: number): Step {
  return {
    name: `complete with the fence ${age} before the latest`,
    act: async (model, ledger) => {
      const tally = tallyOf([...model.committed.values()].join(''));
      const actual = await completeRun(ledger, model.fence - age, tally);
      const { state } = model;
      if (state !== 'finishing' && state !== 'complete') return [actual, { result: 'run-not-running', state }];
      if (age > 0) return [actual, { result: 'superseded' }];
      if (state === 'complete') return [actual, { result: 'already-complete' }];
      model.state = 'complete';
      model.attempts.clear();
      return [actual, { result: 'completed' }];
    },
  };
}

export const forgetScripts: Step = {
  name: 'script flush',
  act: async (_, { redis }) => [{ result: String(await redis.script('FLUSH')) }, { result: 'OK' }],
};

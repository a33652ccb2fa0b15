/** A run's status as the page gets it. */

import type { RunStatus } from '../../shared/ledger/read-status.ts';
import { isOngoing } from '../../shared/ledger/run-state.ts';
import type { RunRow, WorkerRow } from '../contract.ts';

export function runRow(status: RunStatus): RunRow {
  const { run, state, reason, output, expected, done, quarantined, missing, labelled, correct } = status;
  const { shards, settledShards, shardsUnderWay, backlog, givenUpShards, crashes, failures } = status;
  const goes = isOngoing(state);
  return {
    ...{ run, state, reason, output, expected, done, quarantined, missing, labelled, correct },
    ...{ shards, settledShards, shardsUnderWay, givenUpShards, crashes, failures },
    created: status.created.getTime(),
    finished: status.finished?.getTime() ?? null,
    shardsWaiting: goes ? Math.max(0, backlog - shardsUnderWay) : 0,
    workers: status.workers.length,
    imagesPerSecond: goes ? rounded(status.imagesPerSecond) : 0,
    secondsLeft: state === 'running' && status.secondsLeft !== null ? Math.round(status.secondsLeft) : null,
  };
}

export function workerRows({ run, workers }: RunStatus): WorkerRow[] {
  return workers.map(({ name, images, imagesPerSecond, lastSeen, provider, longestLoopDelay }) => ({
    name,
    run,
    images,
    imagesPerSecond: rounded(imagesPerSecond),
    lastSeen: lastSeen.getTime(),
    provider: provider ?? null,
    longestLoopDelay: longestLoopDelay ?? null,
  }));
}

/** As much as is shown, so that nothing is sent again for what nobody sees. */
function rounded(rate: number): number {
  return Number(rate.toPrecision(3));
}

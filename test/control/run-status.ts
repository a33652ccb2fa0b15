import type { RunStatus } from '../../src/shared/ledger/read-status.ts';

/** Half a run of 640 images, with two workers and three failures. */
export function statusOfRun(changes: Partial<RunStatus> = {}): RunStatus {
  return {
    run: 'nightly-2026-11-25',
    state: 'running',
    reason: null,
    output: 's3://results/nightly-2026-11-25',
    shardSize: 64,
    created: new Date('2026-11-25T01:00:00Z'),
    finished: null,
    now: new Date('2026-11-25T02:00:00Z'),
    settledShards: 5,
    shards: 10,
    expected: 640,
    done: 317,
    quarantined: 3,
    labelled: 317,
    correct: 300,
    missing: 0,
    cursor: 8,
    backlog: 3,
    givenUpShards: 0,
    crashes: 0,
    shardsUnderWay: 2,
    failures: { 'not-found': 1, corrupt: 2 },
    latestFailures: [
      {
        shard: 4,
        place: 1,
        key: 'photos/a b.jpg',
        code: 'corrupt',
        message: 'The JPEG data are damaged. Replace the file.',
      },
    ],
    workers: [
      { name: 'gpu-1', images: 240, lastSeen: new Date('2026-11-25T01:59:58Z'), imagesPerSecond: 7.5 },
      { name: 'gpu-2', images: 80, lastSeen: new Date('2026-11-25T01:58:30Z'), imagesPerSecond: 2.5 },
    ],
    imagesPerSecond: 10,
    secondsLeft: 32,
    ...changes,
  };
}

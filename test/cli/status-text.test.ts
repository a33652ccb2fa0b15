import { describe, expect, test } from 'vitest';
import { runTable, statusText } from '../../src/cli/status-text.ts';
import { statusOfRun } from '../control/run-status.ts';

describe('gradline status as text', () => {
  test('one run with its workers and failures', () => {
    expect(statusText(statusOfRun({ crashes: 1 }))).toBe(`nightly-2026-11-25  running
  images    50% 320/640, 3 failed, 10.0 images/s, 0:32 left
  shards    5 of 10; 2 under way, 1 in the queue
  accuracy  0.9464 of 317 labelled images
  failed    corrupt 2, not-found 1
  crashes   1 of workers that died in a shard
  created   2026-11-25 01:00:00 UTC (60 min ago)
  output    s3://results/nightly-2026-11-25

  worker  images  images/s  last seen
  gpu-1      240       7.5  2 s ago
  gpu-2       80       2.5  90 s ago

  latest failures  reason   message
  photos/a b.jpg   corrupt  The JPEG data are damaged. Replace the file.
`);
  });

  test('a run that failed says why, and one that ended when', () => {
    const reason = { code: 'no-such-bucket', message: 'Cannot list s3://photos: the bucket does not exist.' };
    const text = statusText(statusOfRun({ state: 'failed', reason, finished: new Date('2026-11-25T01:30:00Z') }));
    expect(text).toContain('  reason    Cannot list s3://photos: the bucket does not exist. (no-such-bucket)\n');
    expect(text).toContain('  ended     2026-11-25 01:30:00 UTC (30 min ago)\n');
  });

  test('images of shards that were given up are shown as missing', () => {
    expect(statusText(statusOfRun({ missing: 128, givenUpShards: 2 }))).toContain(
      '  missing   128 images in 2 shards that were given up\n',
    );
  });

  test('a run whose input is still listed has no total', () => {
    const text = statusText(statusOfRun({ state: 'planning', expected: null, shards: null, secondsLeft: null }));
    expect(text).toContain('  images    320 images, 3 failed, 10.0 images/s\n');
    expect(text).toContain('  shards    5, the input is still being listed; 2 under way, 1 in the queue\n');
  });

  test('several runs are a table', () => {
    const ended = statusOfRun({ run: 'x', state: 'complete', done: 640, quarantined: 0, imagesPerSecond: 0 });
    expect(runTable([statusOfRun(), ended])).toBe(
      [
        'run                 state     images  done  failed  missing  images/s  left  created                  output',
        'nightly-2026-11-25  running      640   317       3        0      10.0  0:32  2026-11-25 01:00:00 UTC  s3://results/nightly-2026-11-25',
        'x                   complete     640   640       0        0         -     -  2026-11-25 01:00:00 UTC  s3://results/nightly-2026-11-25',
        '',
      ].join('\n'),
    );
  });
});

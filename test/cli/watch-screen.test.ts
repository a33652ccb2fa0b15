import { describe, expect, test } from 'vitest';
import { createScreen, watchLines } from '../../src/cli/watch-screen.ts';
import { statusOfRun } from '../control/run-status.ts';

describe('the picture of gradline watch', () => {
  const size = { columns: 100, rows: 24 };

  test('shows the run, each worker, failures by reason, images/s and the time left', () => {
    const lines = watchLines(statusOfRun(), size);
    expect(lines).toEqual([
      'nightly-2026-11-25  running, 5/10 shards, 2 under way, 1 in the queue',
      '[###############---------------]  50% 320/640, 3 failed, 10.0 images/s, 0:32 left',
      'gpu-1 [####################] 240 images, 7.5 images/s',
      'gpu-2 [#######-------------] 80 images, 2.5 images/s, not seen for 90 s',
      'failed: corrupt 2, not-found 1',
      'latest: photos/a b.jpg: The JPEG data are damaged. Replace the file.',
    ]);
  });

  test('fits into the terminal, whatever there is to show', () => {
    const workers = Array.from({ length: 70 }, (_, i) => ({
      name: `gpu-${i}-${'x'.repeat(60)}`,
      images: i,
      lastSeen: new Date('2026-11-25T02:00:00Z'),
      imagesPerSecond: 1,
    }));
    const lines = watchLines(statusOfRun({ workers }), { columns: 60, rows: 20 });
    expect(lines.length).toBeLessThan(20);
    expect(lines).toContainEqual(expect.stringMatching(/^and \d+ more workers$/));
    for (const line of lines) expect([...line].length).toBeLessThan(60);
  });

  test('long names of workers stay apart', () => {
    const worker = (name: string) => ({
      name,
      images: 1,
      lastSeen: new Date('2026-11-25T02:00:00Z'),
      imagesPerSecond: 1,
    });
    const workers = [1, 2].map((i) => worker(`gpu-node-with-a-long-name.eu-central-${i}`));
    const bars = watchLines(statusOfRun({ workers }), size).filter((line) => line.startsWith('gpu-'));
    expect(bars.map((line) => line.split(' ')[0])).toEqual(['gpu-node-wi…eu-central-1', 'gpu-node-wi…eu-central-2']);
  });

  test('says how a paused run goes on and why a failed one stopped', () => {
    expect(watchLines(statusOfRun({ state: 'paused' }), size)[0]).toContain('gradline resume nightly-2026-11-25');
    const reason = { code: 'access-denied', message: 'Cannot write s3://b/out.' };
    expect(watchLines(statusOfRun({ state: 'failed', reason }), size)[0]).toContain('Cannot write s3://b/out.');
  });

  test('control characters of a name do not reach the terminal', () => {
    const latestFailures = [{ shard: 0, place: 0, key: 'a\x1b[2J\n.jpg', code: 'corrupt', message: 'damaged' }];
    expect(watchLines(statusOfRun({ latestFailures }), size).join('\n')).not.toContain('\x1b');
  });

  test('is drawn over itself', () => {
    const written: string[] = [];
    const screen = createScreen({ write: (text) => written.push(text) });
    screen.draw(['one', 'two', 'three']);
    screen.draw(['four']);
    screen.draw(['five']);
    expect(written[0]?.startsWith('\r')).toBe(true);
    expect(written[1]).toBe('\x1b[3A\r\x1b[2Kfour\n\x1b[0J');
    expect(written[2]).toBe('\x1b[1A\r\x1b[2Kfive\n\x1b[0J');
  });
});

import { expect, test } from 'vitest';
import { createProgress, durationText, progressBar, progressText } from '../../src/cli/progress.ts';

const halfway = { done: 150, quarantined: 8, total: 316, imagesPerSecond: 14.24 };

function collected() {
  const texts: string[] = [];
  return { texts, columns: 70, write: (text: string) => texts.push(text) };
}

test('progress tells share, failures, rate and time left', () => {
  expect(progressText(halfway)).toBe(' 50% 158/316, 8 failed, 14.2 images/s, 0:12 left');
  expect(progressText({ ...halfway, total: null })).toBe('158 images, 8 failed, 14.2 images/s');
  expect(progressText({ done: 0, quarantined: 0, total: 10, imagesPerSecond: 0 })).toBe('  0% 0/10');
  expect(progressText({ done: 9_999, quarantined: 0, total: 10_000, imagesPerSecond: 123.4 })).toBe(
    ' 99% 9999/10000, 123 images/s, 0:01 left',
  );
  expect(progressText({ done: 10, quarantined: 0, total: 10, imagesPerSecond: 5 })).toBe('100% 10/10, 5.0 images/s');
});

test('durations read as a clock', () => {
  expect([0, 0.2, 59.5, 61, 3_599, 3_600, 12_009].map(durationText)).toEqual([
    '0:00',
    '0:01',
    '1:00',
    '1:01',
    '59:59',
    '1:00:00',
    '3:20:09',
  ]);
});

test('the bar fits its terminal', () => {
  const bar = progressBar(halfway, 100);
  expect(bar).toMatch(/^\[#{15}-{15}\] {2}50% 158\/316/);
  for (const columns of [10, 40, 60, 70, 200]) expect(progressBar(halfway, columns).length).toBeLessThan(columns);
  expect(progressBar(halfway, 55)).toMatch(/^ 50%/);
  expect(progressBar({ ...halfway, total: null }, 100)).toBe('158 images, 8 failed, 14.2 images/s');
});

test('a terminal gets one line that is drawn again, around messages', () => {
  let time = 0;
  const output = collected();
  const progress = createProgress('bar', output, () => time);
  progress.onPlan(316);
  progress.onProgress(halfway);
  progress.onProgress({ ...halfway, done: 151 });
  progress.onWarning('look here');
  time = 150;
  progress.onProgress({ ...halfway, done: 152 });
  progress.onProgress({ ...halfway, done: 153 });
  progress.end();
  const text = output.texts.join('');
  const lines = text.split('\n');
  expect(lines).toHaveLength(3);
  const clear = '\r\x1b[2K';
  expect(lines[0]?.split(clear)).toEqual([
    '',
    expect.stringMatching(/^\[#+-+\] {2}50% 158\/316/),
    'Warning: look here',
  ]);
  expect(lines[1]?.split(clear).map((drawn) => /\d+\/316/.exec(drawn)?.[0])).toEqual([
    undefined,
    '158/316',
    '160/316',
    '161/316',
  ]);
  expect(lines[2]).toBe('');
});

test('a log gets whole lines now and then', () => {
  let time = 0;
  const output = collected();
  const progress = createProgress('lines', output, () => time);
  progress.onPlan(316);
  for (time = 0; time < 12_000; time += 1_000) progress.onProgress({ ...halfway, done: time / 1_000 });
  progress.onWarning('look here');
  progress.end();
  expect(output.texts.map((text) => /\d+\/316|[A-Z].*/.exec(text)?.[0])).toEqual([
    'Explaining 316 images',
    '13/316',
    '18/316',
    'Warning: look here',
    '19/316',
  ]);
  for (const text of output.texts) expect(text).toMatch(/^[^\r\n]+\n$/);
});

test('a program gets JSON lines, and quiet means nothing', () => {
  const output = collected();
  for (const style of ['json', 'none'] as const) {
    const progress = createProgress(style, output, () => 0);
    progress.onPlan(null);
    progress.onProgress(halfway);
    progress.onWarning('w');
    progress.say('n');
    progress.end();
  }
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(output.texts.map((text) => JSON.parse(text))).toEqual([
    { time, level: 'info', event: 'plan', total: null },
    { time, level: 'info', event: 'progress', ...halfway },
    { time, level: 'warn', event: 'warning', message: 'w' },
    { time, level: 'info', event: 'notice', message: 'n' },
  ]);
});

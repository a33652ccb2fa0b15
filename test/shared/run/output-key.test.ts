import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  encodeLayer,
  encodeTarget,
  imageKeyProblem,
  imageScoreKey,
  mapIndexKey,
  mapKey,
  overlayKey,
  scoresPartKey,
} from '../../../src/shared/run/output-key.ts';

test('plain names stay as they are', () => {
  expect(overlayKey('cat/a b.JPEG', 'layer4', 'grad-cam', 'predicted', 'jpg')).toBe(
    'overlays/cat/a b.JPEG/layer4.grad-cam.predicted.jpg',
  );
  expect(mapKey('a.jpg', 'features.18', 'cam', 'predicted')).toBe('maps/a.jpg/features.18.cam.predicted.npy');
  expect(mapIndexKey('cat/a.jpg')).toBe('maps/cat/a.jpg/index.json');
  expect(imageScoreKey('cat/a.jpg')).toBe('scores/images/cat/a.jpg.json');
  expect(scoresPartKey(0)).toBe('scores/part-00000.jsonl');
  expect(scoresPartKey(123_456)).toBe('scores/part-123456.jsonl');
});

test.each([
  ['layer4[-2]', 'layer4[-2]'],
  ['features.18', 'features.18'],
  ['/layer4/Conv', '~layer4~Conv'],
  ['a:b', 'a=b'],
  ['a=b~c%d', 'a%3Db%7Ec%25d'],
  ['<w>"|?*\\', '%3Cw%3E%22%7C%3F%2A%5C'],
  ['.hidden', '%2Ehidden'],
  ['con', '%63on'],
  ['NUL.1', '%4EUL.1'],
  ['conv1', 'conv1'],
  ['line\nbreak', 'line%0Abreak'],
])('layer %j is written %s', (layer, written) => {
  expect(encodeLayer(layer)).toBe(written);
});

test.each([
  ['class:tabby cat', 'class=tabby cat'],
  ['top:3#1', 'top=3#1'],
  ['class:St. Bernard', 'class=St%2E Bernard'],
  ['class:a/b', 'class=a~b'],
])('target %j is written %s', (target, written) => {
  expect(encodeTarget(target)).toBe(written);
});

const awkward = fc.string({
  unit: fc.constantFrom(...'aB.:/=~%[]-2Eh #\\?*"<>|\n\ud800é猫', '..', 'con', '%3A', '%h'),
  maxLength: 14,
  minLength: 1,
});

test('any layer and target give one safe part of a path', () => {
  fc.assert(
    fc.property(awkward, awkward, (layer, target) => {
      const name = overlayKey('k', layer, 'cam', target, 'jpg').slice('overlays/k/'.length);
      expect(name).not.toMatch(/[<>:"/\\|?*\p{Control}\p{Surrogate}]/u);
      expect(name).not.toMatch(/^\.|^(con|prn|aux|nul)\./i);
    }),
  );
});

test('different layers, methods and targets never share a file', () => {
  const choice = fc.tuple(awkward, fc.constantFrom('cam', 'grad-cam'), awkward);
  fc.assert(
    fc.property(choice, choice, (a, b) => {
      fc.pre(a.join('\0') !== b.join('\0'));
      expect(mapKey('k', ...a)).not.toBe(mapKey('k', ...b));
    }),
    { numRuns: 3_000 },
  );
  expect(mapKey('k', 'a.cam.b', 'cam', 'c')).not.toBe(mapKey('k', 'a', 'cam', 'b.cam.c'));
});

test('long names are cut to what a file system takes and stay different', () => {
  const longKey = `cat/${'猫'.repeat(84)}.jpg`;
  const names = ['a', 'b'].map((end) =>
    overlayKey(longKey, `${'é'.repeat(200)}${end}`, 'grad-cam', 'x'.repeat(300), 'jpg'),
  );
  expect(new Set(names).size).toBe(2);
  for (const part of [...names, imageScoreKey(longKey)].flatMap((name) => name.split('/'))) {
    expect(Buffer.byteLength(part)).toBeLessThanOrEqual(255);
  }
  expect(imageScoreKey(`${longKey}a`)).not.toBe(imageScoreKey(`${longKey}b`));
  expect(imageScoreKey('x'.repeat(250))).toBe(`scores/images/${'x'.repeat(250)}.json`);
});

test.each([
  '../../x.jpg',
  'a/../x.jpg',
  '/x.jpg',
  'C:/x.jpg',
  'a//x.jpg',
  './x.jpg',
  'a\0.jpg',
  '',
  'a/',
  's3://b/../x.jpg',
])('the image key %j is refused with a sentence that names it', (key) => {
  expect(imageKeyProblem(key)).toContain(`The image key ${JSON.stringify(key)} cannot be used:`);
});

test.each(['a b.jpg', '100%.jpg', 'é/猫.jpg', '..a.jpg', '.x.jpg', `it's "q".jpg`, 's3://bucket/a/x.jpg'])(
  'the image key %j is accepted',
  (key) => {
    expect(imageKeyProblem(key)).toBeNull();
  },
);

test('an image named by its address lies below its bucket', () => {
  expect(imageScoreKey('s3://photos/cat/1.jpg')).toBe('scores/images/s3=photos/cat/1.jpg.json');
});

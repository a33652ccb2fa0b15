import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { imageAddress } from '../../../src/report/export/image-address.ts';

describe('an image is found', () => {
  test.each([
    ['cats/a b.jpg', 'photos', resolve('photos/cats/a b.jpg')],
    ['a.jpg', '/data/val/', '/data/val/a.jpg'],
    ['cats/a#b.jpg', 's3://bucket/val/', 's3://bucket/val/cats/a#b.jpg'],
    ['a.jpg', 's3://bucket', 's3://bucket/a.jpg'],
    ['a.jpg', '/data/lists/night.csv', '/data/lists/a.jpg'],
    ['s3://other/x/a.jpg', '/data/lists/night.jsonl', 's3://other/x/a.jpg'],
    ['a.jpg', 's3://bucket/lists/night.jsonl', 's3://bucket/lists/a.jpg'],
    ['one.jpg', '/data/one.jpg', '/data/one.jpg'],
  ])('%s of %s at %s', (key, input, address) => {
    expect(imageAddress(key, input, null)).toBe(address);
  });

  test.each([
    ['https://images.example/val', 'https://images.example/val/cats/a%20%23%3F%25.jpg'],
    ['https://images.example/val/', 'https://images.example/val/cats/a%20%23%3F%25.jpg'],
    ['/data/local-files/?d=val/', '/data/local-files/?d=val/cats/a%20%23%3F%25.jpg'],
    ['/data/local-files/?d=', '/data/local-files/?d=cats/a%20%23%3F%25.jpg'],
    ['/mnt/val', '/mnt/val/cats/a #?%.jpg'],
    ['s3://bucket/val', 's3://bucket/val/cats/a #?%.jpg'],
  ])('below %s', (root, address) => {
    expect(imageAddress('cats/a #?%.jpg', 'photos', root)).toBe(address);
  });
});

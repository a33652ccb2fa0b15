import { describe, expect, test } from 'vitest';
import { requestedKey } from '../../../src/report/serve/requested-key.ts';

test.each([
  ['/run.json', 'run.json'],
  ['/report/', 'report/index.html'],
  ['/report/data/report.js?v=2', 'report/data/report.js'],
  ['/overlays/a%20b%23c%3Fd%25.jpg/seen.jpg', 'overlays/a b#c?d%.jpg/seen.jpg'],
  ['/overlays/k%C3%A4se.jpg', 'overlays/käse.jpg'],
  ['/overlays/a+b.jpg', 'overlays/a+b.jpg'],
])('%s is %s', (target, key) => {
  expect(requestedKey(target)).toBe(key);
});

describe('names nothing:', () => {
  test.each([
    '/../secret',
    '/report/../../secret',
    '/%2e%2e/secret',
    '/report/%2E%2E%2F%2E%2E%2Fsecret',
    '/..%5Csecret',
    '//etc/passwd',
    '/%2Fetc/passwd',
    '/C:/Windows/win.ini',
    '/report/./index.html',
    '/a%00b',
    '/.env',
    '/report/.hidden/file',
    '/%ff',
    '/%',
    'http://other.example/run.json',
    '*',
  ])('%s', (target) => {
    expect(requestedKey(target)).toBeNull();
  });
});

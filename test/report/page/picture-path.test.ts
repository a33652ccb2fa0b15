import { describe, expect, it } from 'vitest';
import { linkTo } from '../../../src/report/page/picture-path.ts';

const page = 'http://host/results/report/index.html';

describe('linkTo', () => {
  it.each([
    'overlays/a b.jpg/seen.jpg',
    `overlays/50% + #1 ?x=1&y="2"'(3)*.jpg/seen.jpg`,
    'overlays/%2E%2e/%41/seen.jpg',
    'overlays/ünï 日本 🎈/layer4.grad-cam.class=tabby cat.jpg',
    'overlays/s3=bucket/key;v=1/~features~0.grad-cam.predicted.jpg',
    'overlays/javascript:alert(1)/seen.jpg',
  ])('leads to %s and nowhere else', (key) => {
    const url = new URL(linkTo(key), page);
    expect(url.search).toBe('');
    expect(url.hash).toBe('');
    expect(decodeURIComponent(url.pathname)).toBe(`/results/${key}`);
  });

  it('leaves nothing that ends a quoted attribute', () => {
    expect(linkTo(`overlays/"'<>()/x`)).toMatch(/^[\w./%~-]+$/);
  });

  it('does not fail on half a character', () => {
    expect(linkTo('overlays/\ud83c.jpg/seen.jpg')).toBe('../overlays/%EF%BF%BD.jpg/seen.jpg');
  });
});

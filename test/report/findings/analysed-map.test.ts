import { expect, test } from 'vitest';
import { chooseAnalysedMap } from '../../../src/report/findings/analysed-map.ts';

function map(layer: string, cells: number, method = 'grad-cam', target = 'predicted') {
  return { layer, method, target, cells };
}

test('the layer with the smallest grid is the deepest, in whatever order they were written', () => {
  expect(chooseAnalysedMap([map('layer4', 49), map('layer1', 3136), map('layer3', 196)])?.layer).toBe('layer4');
});

test('`last` is the deepest whatever its grid', () => {
  expect(chooseAnalysedMap([map('layer4', 49), map('last', 196)])?.layer).toBe('last');
});

test('of equal grids the higher number is the deeper, as a number', () => {
  expect(chooseAnalysedMap([map('blocks.9', 196), map('blocks.11', 196)])?.layer).toBe('blocks.11');
});

test('only the predicted class and methods of the grad-cam kind count', () => {
  const maps = [
    map('layer4', 49, 'grad-cam', 'label'),
    map('input', 1, 'guided-grad-cam'),
    map('fused', 49),
    map('layer4', 49, 'eigen-cam'),
  ];
  expect(chooseAnalysedMap(maps)).toBeNull();
  expect(chooseAnalysedMap([...maps, map('layer3', 196, 'layercam')])).toMatchObject({ layer: 'layer3' });
});

test('grad-cam itself comes before its relatives', () => {
  expect(chooseAnalysedMap([map('layer4', 49, 'layercam'), map('layer4', 49)])?.method).toBe('grad-cam');
});

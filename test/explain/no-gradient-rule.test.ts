/** Operators through which no gradient passes: an error where they stand on the path, and nothing where they do not. */

import { describe, expect, test } from 'vitest';
import { describeLayers } from '../../src/explain/layers/describe.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { expectRefusal, openTiny } from './open-tiny.ts';
import { pixels, TinyModel } from './tiny-model.ts';

/** Two convolutions with an operator between them that has no rule. */
function interrupted(operator: string, domain = ''): TinyModel {
  const model = new TinyModel();
  let x = model.conv(model.input(['n', 3, 8, 8]), '/early/Conv', 3, 4);
  x = model.node('Relu', [x], { name: '/early/Relu' });
  x = model.node(operator, [x], { name: '/odd/Operator', domain });
  x = model.conv(x, '/late/Conv', 4, 4);
  x = model.node('Relu', [x], { name: '/late/Relu' });
  return model.output(model.pooledHead(x, 4, 5));
}

describe.each([
  ['Round', '', 'moves in steps'],
  ['Ceil', '', 'moves in steps'],
])('%s on the path', (operator, domain, why) => {
  test('names the node, the operator, the reason and the nearest layer that works', async () => {
    const attempt = openTiny(interrupted(operator, domain), { layers: ['early'] });
    await expectRefusal(attempt, 'no-gradient-rule', operator, "'/odd/Operator'", why, "'/odd/Operator_output_0'");
  });

  test('is named also when only one of the layers lies before it', async () => {
    const attempt = openTiny(interrupted(operator, domain), { layers: ['late', 'early'] });
    await expectRefusal(attempt, 'no-gradient-rule', "'/odd/Operator'");
  });

  test('does not matter to layers behind it', async () => {
    await using explainer = await openTiny(interrupted(operator, domain), { layers: ['late', 'last', 'odd'] });
    const { maps } = await explainer.explain(pixels(2), { count: 2 });
    expect(maps.map((map) => map.gradientPeak.every((peak) => peak > 0))).toEqual([true, true, true]);
  });

  test('is marked in the list of layers', async () => {
    const { layers, suggestions, barriers } = await describeLayers(
      await interrupted(operator, domain).write(await temporaryFolder()),
    );
    const marks = layers.filter((layer) => layer.kind === 'module').map((l) => [l.name, l.differentiable, l.reason]);
    expect(marks).toEqual([
      ['early', false, `no gradient passes ${operator} '/odd/Operator'`],
      ['odd', true, null],
      ['late', true, null],
      ['avgpool', true, null],
      ['fc', true, null],
    ]);
    expect(suggestions).toEqual(['late']);
    expect(barriers).toEqual([{ place: `${operator} '/odd/Operator'`, reason: expect.stringContaining(why) }]);
  });
});

test('an operator off the path needs no rule, before the layer or beside it', async () => {
  const model = interrupted('Floor');
  const beside = model.node('Sign', ['/late/Conv_output_0'], { name: '/beside/Sign' });
  model.output(beside);
  await using explainer = await openTiny(model, { layers: ['late'] });
  expect((await explainer.explain(pixels(1), { count: 1 })).maps[0]?.gradientPeak[0]).toBeGreaterThan(0);
});

test('last is the last layer that gradients reach, not one that is only an argument of a step', async () => {
  const model = new TinyModel();
  const x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 4);
  const steps = model.node('Round', [model.conv(x, '/side/Conv', 4, 4)], { name: '/side/Round' });
  const pooled = model.node('GlobalAveragePool', [steps]);
  const both = model.node('Add', [model.node('GlobalAveragePool', [x]), pooled]);
  model.output(model.linear(model.node('Flatten', [both]), 'fc', 4, 5));
  await using explainer = await openTiny(model);
  expect(explainer.layers[0]?.tensor).toBe('/side/Round_output_0');
  await expectRefusal(openTiny(model, { layers: ['conv'] }), 'no-gradient-rule', "'/side/Round'");
});

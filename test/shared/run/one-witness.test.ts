import { expect, test } from 'vitest';
import { witnessAdvice } from '../../../src/shared/run/one-witness.ts';

test('one layer and the predicted class alone: both options, with what is suggested before the layer', () => {
  const advice = witnessAdvice({ layers: ['last'], targets: ['predicted'] }, 'features.7');
  expect(advice).toContain("one layer ('last') and the predicted class alone");
  expect(advice).toContain('run with --layers features.7,last --target predicted,label.');
});

test('what is there already is not asked for again', () => {
  const oneLayer = witnessAdvice({ layers: ['layer4', 'input'], targets: ['predicted', 'label'] }, 'layer3');
  expect(oneLayer).toContain('run with --layers layer3,layer4.');
  const oneTarget = witnessAdvice({ layers: ['layer3', 'layer4'], targets: ['top:2', 'predicted'] }, null);
  expect(oneTarget).toContain('run with --target top:2,predicted,label.');
  expect(witnessAdvice({ layers: ['layer3', 'layer4'], targets: ['predicted', 'label'] }, null)).toBeNull();
});

test('where the layer before is not known, the command that lists layers', () => {
  const advice = witnessAdvice({ layers: ['last'], targets: ['predicted', 'label'] }, null);
  expect(advice).toMatch(/--layers <an earlier layer>,last\. 'gradline layers' suggests layers\.$/);
});

test('no advice where no clusters are made', () => {
  expect(witnessAdvice({ layers: ['last'], targets: ['class:3'] }, 'layer3')).toBeNull();
});

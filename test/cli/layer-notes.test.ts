import { expect, test } from 'vitest';
import { layerNotes } from '../../src/cli/layer-notes.ts';

test('a layer is said where it is not what its name says', () => {
  expect(
    layerNotes([
      { layer: 'layer3' },
      { layer: 'last', resolvedLayer: 'layer4' },
      { layer: 'layer1.0.conv1', holdsNorm: true },
      { layer: 'layer1.0.bn1', resolvedLayer: 'layer1.0.conv1', holdsNorm: true },
    ]),
  ).toEqual([
    "Layer 'last' is layer4.",
    expect.stringMatching(
      /^Layer 'layer1\.0\.conv1' is a convolution and the BatchNormalization .* leaves the norm\.$/,
    ),
    expect.stringMatching(/^Layer 'layer1\.0\.bn1' .* leaves the norm\. It is layer1\.0\.conv1 in this file\.$/),
  ]);
});

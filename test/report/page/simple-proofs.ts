/** A tested change and its proofs as a report might have them; pictures are in one colour each. */

import sharp from 'sharp';
import type { ProofPair, Proofs, TestedChange } from '../../../src/report/contract.ts';
import type { Store } from '../../../src/shared/store/store.ts';

interface Labelled {
  key: string;
  label: number;
}

export const frame: TestedChange = {
  kind: 'border',
  words: 'a border or frame',
  isRemovable: true,
  images: 12,
  margin: 5.9,
  fall: 6.7,
  ordinaryFall: 1.9,
  returned: 0.8333,
  returnedElsewhere: null,
  ordinaryReturned: 0.125,
  chance: 0.0004,
  transplanted: { images: 12, taken: 0.9167, control: 0.0833, chance: 0.001 },
  inRun: null,
};

export const corner: TestedChange = {
  ...frame,
  kind: 'place',
  words: 'something in the lower right corner',
  fall: 2.1,
  returned: 0.25,
  returnedElsewhere: 0.0833,
  transplanted: null,
};

/** @param wrong an image of the cluster @param right a correct image of another class */
export function proofsOf(id: string, predicted: number, wrong: Labelled, right: Labelled): Proofs {
  const pair = (direction: string, { key, label }: Labelled, [before, after]: [number, number]): ProofPair => ({
    key,
    label,
    box: null,
    before: { picture: `report/proofs/${id}/${direction}-1-before.webp`, predicted: before, score: 0.93 },
    after: { picture: `report/proofs/${id}/${direction}-1-after.webp`, predicted: after, score: 0.88 },
  });
  return {
    kind: 'border',
    removed: [pair('removed', wrong, [predicted, wrong.label])],
    transplanted: [pair('transplanted', right, [right.label, predicted])],
    shared: `report/proofs/${id}/shared.webp`,
  };
}

export async function putProofPictures(output: Store, { removed, transplanted, shared }: Proofs): Promise<void> {
  const pairs = [...removed, ...transplanted].flatMap(({ before, after }) => [before.picture, after.picture]);
  const colour = { width: 56, height: 56, channels: 3, background: '#886644' } as const;
  const picture = await sharp({ create: colour }).webp().toBuffer();
  for (const key of [...pairs, ...(shared === null ? [] : [shared])]) await output.put(key, picture, 'image/webp');
}

import { describe, expect, it } from 'vitest';
import type { ChangeKind, TestedChange } from '../../../src/report/contract.ts';
import { mayHaveOneCause, showOneCause } from '../../../src/report/interventions/verdict.ts';

describe('two claimed clusters of one class', () => {
  it('have one cause where the same frame is the cause of each', () => {
    expect(showOneCause(cluster(cause('border')), cluster(cause('border')))).toBe(true);
  });

  it('have one cause where each is changed by what changes the other', () => {
    const framed = cluster(cause('border'), cause('surroundings'));
    expect(showOneCause(framed, cluster(cause('surroundings'), cause('border')))).toBe(true);
    expect(showOneCause(framed, cluster(cause('surroundings'), nothing('border')))).toBe(false);
  });

  it('are two where each has a mark of its own, which the same change finds', () => {
    expect(showOneCause(cluster(cause('seen')), cluster(cause('seen')))).toBe(false);
  });

  it('are two where one is greenish and the other one reddish', () => {
    const greenish = cluster(cause('colour', 'greenish light'));
    expect(showOneCause(greenish, cluster(cause('colour', 'reddish light')))).toBe(false);
    expect(showOneCause(greenish, cluster(cause('colour', 'greenish light')))).toBe(true);
  });

  it('are two where they are taken for different classes, and where one of them shows no cause', () => {
    const one = { predicted: 1, claimed: true };
    expect(mayHaveOneCause(one, one)).toBe(true);
    expect(mayHaveOneCause(one, { ...one, predicted: 2 })).toBe(false);
    expect(mayHaveOneCause(one, { ...one, claimed: false })).toBe(false);
  });
});

function cluster(...tests: TestedChange[]) {
  return { size: 20, chance: 0.001, tests };
}

/** All answers change with it, and hardly any with its control. */
function cause(kind: ChangeKind, words: string = kind): TestedChange {
  return {
    ...nothing(kind),
    words,
    fall: 4,
    returned: 0.9,
    transplanted: { images: 10, taken: 0.8, control: 0, chance: 0.001 },
  };
}

function nothing(kind: ChangeKind): TestedChange {
  const changed = { fall: 0, ordinaryFall: 0, returned: 0, returnedElsewhere: null, ordinaryReturned: 0, chance: 0.01 };
  const transplanted = { images: 10, taken: 0, control: 0, chance: 0.001 };
  return { kind, words: kind, isRemovable: true, images: 10, margin: 4, ...changed, transplanted, inRun: null };
}

import type { ChangeKind, TestedChange } from '../../../src/report/contract.ts';

/** Ten images, of which nothing else than the named figures says anything. */
export function change(kind: ChangeKind, figures: Partial<TestedChange> = {}): TestedChange {
  const controls = { ordinaryFall: 0, returnedElsewhere: null, ordinaryReturned: 0, chance: 0.001 };
  return {
    kind,
    words: kind,
    isRemovable: true,
    images: 10,
    margin: 4,
    fall: 0,
    returned: 0,
    ...controls,
    transplanted: null,
    inRun: null,
    ...figures,
  };
}

import { Stat } from '../../../../shared/page/parts/explained.tsx';
import { chance, percent } from '../../../../shared/page/text.ts';
import type { PageGap } from '../../page-data.ts';
import { useReport } from '../report-context.ts';
import { GroupPage } from './group-page.tsx';
import { terms } from './group-terms.ts';

export function Gap({ gap }: { gap: PageGap }) {
  const { findings, className, multi } = useReport();
  const stats = (
    <>
      <Stat name="of the class's mistakes" meaning={terms.gapShare}>
        {percent(gap.share)}
      </Stat>
      <Stat name="times the usual distance" meaning={terms.distance}>
        {gap.distance.toFixed(1)}
      </Stat>
      {gap.reference !== null && (
        <>
          <Stat name="to the reference" meaning={terms.referenceDistance}>
            {gap.reference.distance.toFixed(1)}
          </Stat>
          <Stat name="times as rare there" meaning={terms.referenceRarer}>
            {gap.reference.rarer.toFixed(1)}
          </Stat>
        </>
      )}
      <Stat name="chance" meaning={terms.gapChance}>
        {chance(gap.chance)}
      </Stat>
    </>
  );
  return (
    <GroupPage
      list="gaps"
      groups={findings.gaps}
      group={gap}
      evidence={{ sentence: gapEvidence(gap), shown: null }}
      stats={stats}
      classes={{
        id: 'taken',
        title: multi ? 'What else was decided' : 'What they were taken for',
        counts: gap.predicted,
        param: 'predicted',
      }}
      correct={{
        id: 'nearest',
        title: `The nearest ${multi ? 'images that rightly have' : 'correct images of'} ${className(gap.label)}`,
        rows: gap.nearest,
      }}
    />
  );
}

function gapEvidence({ claimed, reference }: PageGap): string {
  if (reference !== null) {
    return claimed
      ? 'Claimed because the reference run has fewer images around these, in a layer that the answer has not shaped, than around correct images of the class.'
      : 'Nothing is claimed: the reference run has about as many images around these as around correct images of the class.';
  }
  const ground = claimed
    ? 'Claimed because misclassified images are'
    : 'Nothing is claimed: misclassified images are not clearly';
  return `${ground} each other's neighbours in a layer that the answer has not shaped.`;
}

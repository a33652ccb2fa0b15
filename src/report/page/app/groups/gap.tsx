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
      {gap.referenceDistance !== null && (
        <Stat name="to the reference" meaning={terms.referenceDistance}>
          {gap.referenceDistance.toFixed(1)}
        </Stat>
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

function gapEvidence({ claimed, referenceDistance }: PageGap): string {
  const ground = claimed
    ? 'Claimed because misclassified images are'
    : 'Nothing is claimed: misclassified images are not clearly';
  const reference = referenceDistance === null ? '' : ' The reference run says how far the training set is.';
  return `${ground} each other's neighbours in a layer that the answer has not shaped.${reference}`;
}

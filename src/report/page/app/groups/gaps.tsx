import { percent } from '../../../../shared/page/text.ts';
import { useReport } from '../report-context.ts';
import { Gap } from './gap.tsx';
import { GroupList } from './group-list.tsx';

export function Gaps() {
  const { findings, multi } = useReport();
  return (
    <GroupList
      kind="gap"
      groups={findings.gaps}
      title="Gaps"
      about={`${multi ? 'Images in which one class was missed and whose' : 'Misclassified images of one class whose'} evidence is far from all that the class's correct images show: the training data probably has nothing like them.`}
      none="No gaps were found."
      numbers={({ share, distance, reference }) =>
        `${percent(share)} of the class's mistakes, ${
          reference === null
            ? `${distance.toFixed(1)} times the usual distance`
            : `${reference.rarer.toFixed(1)} times as rare in the reference`
        }`
      }
      page={(gap) => <Gap gap={gap} key={gap.id} />}
    />
  );
}

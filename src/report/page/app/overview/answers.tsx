import { useMemo } from 'preact/hooks';
import { Tally } from '../../../tally.ts';
import { ClassCounts } from '../groups/class-counts.tsx';
import { useReport } from '../report-context.ts';

/** How many images are called what: all that there is to say of classes without labels. */
export function Answers() {
  const { predicted, selection, multi, findings } = useReport();
  const counts = useMemo(() => {
    const images = new Tally<number>();
    if (multi) for (const one of findings.classes) images.add(one.class, one.predicted);
    else for (const index of predicted) images.add(index);
    return [...images].map(([index, count]) => ({ class: index, count })).sort((a, b) => b.count - a.count);
  }, [predicted]);
  return (
    <section aria-labelledby="answers" class="answers">
      <h2 id="answers">
        {multi ? 'What was decided' : 'Answers'}
        {selection && !multi && ' for the images on this page'}
      </h2>
      <ClassCounts counts={counts} paramsOf={(index) => ({ predicted: index })} />
    </section>
  );
}

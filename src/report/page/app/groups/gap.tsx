import type { PageGap } from '../../page-data.ts';
import { Stat } from '../parts/explained.tsx';
import { Strip } from '../parts/thumb.tsx';
import { useReport } from '../report-context.ts';
import { linkToView } from '../route.ts';
import { chance, count, percent } from '../text.ts';
import { ClassCounts } from './class-counts.tsx';
import { GroupNavigation } from './group-navigation.tsx';
import { terms } from './group-terms.ts';
import { MeanHeatmap } from './mean-heatmap.tsx';

/** Fills whole rows of six, four and three. */
const picturesShown = 12;

export function Gap({ gap }: { gap: PageGap }) {
  const { findings, className } = useReport();
  return (
    <>
      <GroupNavigation list="gaps" ids={findings.gaps.map(({ id }) => id)} id={gap.id} />
      <header class="view-head">
        <h1 tabIndex={-1} class="sentence-head">
          {gap.sentence}
        </h1>
        {!gap.claimed && <p class="muted">This may be chance: nothing is claimed from it.</p>}
      </header>
      <div class="stats">
        <Stat name="images" meaning={terms.size} tone="wrong">
          <a href={linkToView('images', { inside: gap.id })}>{count(gap.size)}</a>
        </Stat>
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
      </div>
      <div class="columns where">
        <section aria-labelledby="where">
          <h2 id="where">Where they were looked at</h2>
          <MeanHeatmap heatmap={gap.heatmap} place={gap.place} size="large" />
        </section>
        <section aria-labelledby="taken">
          <h2 id="taken">What they were taken for</h2>
          <ClassCounts counts={gap.predicted} paramsOf={(predicted) => ({ inside: gap.id, predicted })} />
        </section>
      </div>
      <section aria-labelledby="typical">
        <h2 id="typical">Typical images</h2>
        <Strip size="large" rows={gap.typical.slice(0, picturesShown)} keep={{ inside: gap.id }} />
        <p>
          <a href={linkToView('images', { inside: gap.id })}>All {count(gap.images.length)} images</a>
        </p>
      </section>
      {gap.nearest.length > 0 && (
        <section aria-labelledby="nearest">
          <h2 id="nearest">The nearest correct images of {className(gap.label)}</h2>
          <Strip size="large" rows={gap.nearest.slice(0, picturesShown)} />
        </section>
      )}
    </>
  );
}

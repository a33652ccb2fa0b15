import type { PageGap } from '../../page-data.ts';
import { Progressive } from '../parts/progressive.tsx';
import { Strip } from '../parts/thumb.tsx';
import { useReport } from '../report-context.ts';
import { linkToView, route } from '../route.ts';
import { percent } from '../text.ts';
import { NoSuchGroup } from './clusters.tsx';
import { Gap } from './gap.tsx';
import { MayBeChance } from './may-be-chance.tsx';
import { MeanHeatmap } from './mean-heatmap.tsx';

export function Gaps() {
  const { gaps } = useReport().findings;
  const { item } = route.value;
  if (item !== '') {
    const gap = gaps.find(({ id }) => id === item);
    return gap ? <Gap gap={gap} key={item} /> : <NoSuchGroup what="gap" id={item} list="gaps" />;
  }
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Gaps</h1>
        <p class="muted">
          Misclassified images of one class whose evidence is far from all that the class's correct images show: the
          training data probably has nothing like them.
        </p>
      </header>
      {gaps.length === 0 && <p class="nothing">No gaps were found.</p>}
      <Progressive items={gaps} step={30}>
        {(shown) => (
          <ul class="cards">
            {shown.map((gap) => (
              <GapCard key={gap.id} gap={gap} />
            ))}
          </ul>
        )}
      </Progressive>
    </>
  );
}

function GapCard({ gap }: { gap: PageGap }) {
  return (
    <li class="card group-card">
      <MeanHeatmap heatmap={gap.heatmap} place={gap.place} size="small" />
      <div class="group-text">
        <h2>
          <a href={linkToView(`gaps/${encodeURIComponent(gap.id)}`)}>{gap.sentence}</a>
        </h2>
        <p class="muted">
          {percent(gap.share)} of the class's mistakes, {gap.distance.toFixed(1)} times the usual distance
          {!gap.claimed && <MayBeChance />}
        </p>
        <Strip rows={gap.typical.slice(0, 6)} keep={{ inside: gap.id }} />
      </div>
    </li>
  );
}

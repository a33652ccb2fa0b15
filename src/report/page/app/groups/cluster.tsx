import type { PageCluster } from '../../page-data.ts';
import { Stat } from '../parts/explained.tsx';
import { Strip } from '../parts/thumb.tsx';
import { useReport } from '../report-context.ts';
import { linkToView } from '../route.ts';
import { chance, count, percent } from '../text.ts';
import { ClassCounts } from './class-counts.tsx';
import { GroupNavigation } from './group-navigation.tsx';
import { terms } from './group-terms.ts';
import { MeanHeatmap } from './mean-heatmap.tsx';
import { Scatter } from './scatter.tsx';

/** Fills whole rows of six, four and three. */
const picturesShown = 12;

export function Cluster({ cluster }: { cluster: PageCluster }) {
  const { findings, className } = useReport();
  const name = cluster.predicted === null ? 'several classes' : className(cluster.predicted);
  return (
    <>
      <GroupNavigation list="clusters" ids={findings.clusters.map(({ id }) => id)} id={cluster.id} />
      <header class="view-head">
        <h1 tabIndex={-1} class="sentence-head">
          {cluster.sentence}
        </h1>
        {!cluster.claimed && <p class="muted">This may be chance: nothing is claimed from it.</p>}
      </header>
      <div class="stats">
        <Stat name="images" meaning={terms.size} tone="wrong">
          <a href={linkToView('images', { inside: cluster.id })}>{count(cluster.size)}</a>
        </Stat>
        <Stat name="of the false positives" meaning={terms.share}>
          {percent(cluster.share)}
        </Stat>
        <Stat name="spurious cue" meaning={terms.spuriousCue}>
          {cluster.spuriousCue.toFixed(2)}
        </Stat>
        <Stat name="error rate here, in the classes" meaning={terms.slice}>
          {percent(cluster.errorRate.slice)} <small>vs {percent(cluster.errorRate.classes)}</small>
        </Stat>
        <Stat name="look-alikes correct" meaning={terms.lookAlikes}>
          {count(cluster.lookAlikes.correct)}{' '}
          <small>of {count(cluster.lookAlikes.correct + cluster.lookAlikes.wrong)}</small>
        </Stat>
        <Stat name="chance" meaning={terms.chance}>
          {chance(cluster.chance)}
        </Stat>
        <Stat name="set apart by" meaning={terms.setApart}>
          {cluster.setApart === null ? 'not known' : `${cluster.setApart.toFixed(1)} sd`}
        </Stat>
      </div>
      <div class="columns where">
        <section aria-labelledby="where">
          <h2 id="where">Where they were looked at</h2>
          <MeanHeatmap heatmap={cluster.heatmap} place={cluster.place} size="large" />
        </section>
        <section aria-labelledby="truth">
          <h2 id="truth">What they are</h2>
          <ClassCounts counts={cluster.labels} paramsOf={(label) => ({ inside: cluster.id, label })} />
        </section>
      </div>
      <section aria-labelledby="typical">
        <h2 id="typical">Typical images</h2>
        <Strip size="large" rows={cluster.typical.slice(0, picturesShown)} keep={{ inside: cluster.id }} />
        <p>
          <a href={linkToView('images', { inside: cluster.id })}>All {count(cluster.images.length)} images</a>
        </p>
      </section>
      {cluster.counterExamples.length > 0 && (
        <section aria-labelledby="counter">
          <h2 id="counter">Counter-examples: correct images of {name} that look most alike</h2>
          <Strip size="large" rows={cluster.counterExamples.slice(0, picturesShown)} />
        </section>
      )}
      <section aria-labelledby="scatter">
        <h2 id="scatter">Beside the class's correct images</h2>
        <Scatter cluster={cluster} />
      </section>
    </>
  );
}

import type { PageCluster } from '../../page-data.ts';
import { Progressive } from '../parts/progressive.tsx';
import { Strip } from '../parts/thumb.tsx';
import { useReport } from '../report-context.ts';
import { linkToView, route } from '../route.ts';
import { percent } from '../text.ts';
import { Cluster } from './cluster.tsx';
import { MayBeChance } from './may-be-chance.tsx';
import { MeanHeatmap } from './mean-heatmap.tsx';

export function Clusters() {
  const { clusters } = useReport().findings;
  const { item } = route.value;
  if (item !== '') {
    const cluster = clusters.find(({ id }) => id === item);
    return cluster ? (
      <Cluster cluster={cluster} key={item} />
    ) : (
      <NoSuchGroup what="cluster" id={item} list="clusters" />
    );
  }
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Clusters of false positives</h1>
        <p class="muted">
          False positives of one class that were made by looking at the same thing. Those that hold against chance come
          first.
        </p>
      </header>
      {clusters.length === 0 && <p class="nothing">No clusters were found. The notes of the overview say why.</p>}
      <Progressive items={clusters} step={30}>
        {(shown) => (
          <ul class="cards">
            {shown.map((cluster) => (
              <ClusterCard key={cluster.id} cluster={cluster} />
            ))}
          </ul>
        )}
      </Progressive>
    </>
  );
}

function ClusterCard({ cluster }: { cluster: PageCluster }) {
  return (
    <li class="card group-card">
      <MeanHeatmap heatmap={cluster.heatmap} place={cluster.place} size="small" />
      <div class="group-text">
        <h2>
          <a href={linkToView(`clusters/${encodeURIComponent(cluster.id)}`)}>{cluster.sentence}</a>
        </h2>
        <p class="muted">
          {percent(cluster.share)} of the false positives, spurious cue {cluster.spuriousCue.toFixed(2)}
          {!cluster.claimed && <MayBeChance />}
        </p>
        <Strip rows={cluster.typical.slice(0, 6)} keep={{ inside: cluster.id }} />
      </div>
    </li>
  );
}

export function NoSuchGroup({ what, id, list }: { what: string; id: string; list: string }) {
  return (
    <>
      <h1 tabIndex={-1}>No such {what}</h1>
      <p>
        This report has no {what} {id}. <a href={linkToView(list)}>All {list}</a>
      </p>
    </>
  );
}

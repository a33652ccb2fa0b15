import { Stat } from '../../../../shared/page/parts/explained.tsx';
import { chance, count, percent } from '../../../../shared/page/text.ts';
import type { PageCluster } from '../../page-data.ts';
import { useReport } from '../report-context.ts';
import { GroupPage } from './group-page.tsx';
import { terms } from './group-terms.ts';
import { Proofs } from './proofs.tsx';
import { Scatter } from './scatter.tsx';
import { TriedChanges } from './tried-changes.tsx';

export function Cluster({ cluster }: { cluster: PageCluster }) {
  const { findings, className, multi } = useReport();
  const name = cluster.predicted === null ? 'several classes' : className(cluster.predicted);
  const given = cluster.tests[0]?.transplanted;
  const stats = (
    <>
      <Stat name="of the false positives" meaning={terms.share}>
        {percent(cluster.share)}
      </Stat>
      {given ? (
        <Stat name="given it, taken for the class" meaning={terms.given}>
          {percent(given.taken)} <small>vs {percent(given.control)}</small>
        </Stat>
      ) : (
        <LookAlikes cluster={cluster} />
      )}
      <Stat name="chance" meaning={terms.chance}>
        {chance(cluster.chance)}
      </Stat>
      <Stat name="apart from other mistakes" meaning={terms.setApart}>
        {cluster.setApart === null ? 'not known' : `${cluster.setApart.toFixed(1)} σ`}
      </Stat>
    </>
  );
  return (
    <GroupPage
      list="clusters"
      groups={findings.clusters}
      group={cluster}
      stats={stats}
      evidence={{ sentence: cluster.evidence, shown: <Proofs cluster={cluster} /> }}
      classes={{
        id: 'truth',
        title: multi ? 'What is true in them' : 'What they are',
        counts: cluster.labels,
        param: 'label',
      }}
      correct={{
        id: 'counter',
        title: `Counter-examples: ${multi ? 'images that rightly have' : 'correct images of'} ${name} that look most alike`,
        rows: cluster.counterExamples,
      }}
    >
      {cluster.tests.length > 0 && (
        <section aria-labelledby="tried">
          <h2 id="tried">Changes that were tried</h2>
          <TriedChanges tests={cluster.tests} />
        </section>
      )}
      <section aria-labelledby="scatter">
        <h2 id="scatter">Beside the class's correct images</h2>
        <Scatter cluster={cluster} />
      </section>
    </GroupPage>
  );
}

/** What stands for the cause where the network was not asked: images that look like the cluster. */
function LookAlikes({ cluster: { spuriousCue, errorRate, lookAlikes } }: { cluster: PageCluster }) {
  return (
    <>
      <Stat name="spurious cue" meaning={terms.spuriousCue}>
        {spuriousCue.toFixed(2)}
      </Stat>
      <Stat name="error rate here, in the classes" meaning={terms.slice}>
        {percent(errorRate.slice)} <small>vs {percent(errorRate.classes)}</small>
      </Stat>
      <Stat name="look-alikes correct" meaning={terms.lookAlikes}>
        {count(lookAlikes.correct)} <small>of {count(lookAlikes.correct + lookAlikes.wrong)}</small>
      </Stat>
    </>
  );
}

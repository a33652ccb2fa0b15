import { percent } from '../../../../shared/page/text.ts';
import { useReport } from '../report-context.ts';
import { Cluster } from './cluster.tsx';
import { GroupList } from './group-list.tsx';

export function Clusters() {
  return (
    <GroupList
      kind="cluster"
      groups={useReport().findings.clusters}
      title="Clusters of false positives"
      about="False positives of one class that were made by looking at the same thing. Claims come first, then those with the most evidence."
      none="No clusters were found. The notes of the overview say why."
      numbers={({ share, spuriousCue, tests, evidence }) =>
        tests.length > 0
          ? `${percent(share)} of the false positives. ${evidence}`
          : `${percent(share)} of the false positives, spurious cue ${spuriousCue.toFixed(2)}`
      }
      page={(cluster) => <Cluster cluster={cluster} key={cluster.id} />}
    />
  );
}

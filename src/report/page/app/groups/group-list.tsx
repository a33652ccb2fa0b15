import type { ComponentChildren } from 'preact';
import { Progressive } from '../../../../shared/page/parts/progressive.tsx';
import { linkToView, route } from '../../../../shared/page/route.ts';
import type { PageCluster, PageGap } from '../../page-data.ts';
import { AboutClass } from '../multi-label/about-class.tsx';
import { Strip } from '../parts/thumb.tsx';
import { useReport } from '../report-context.ts';
import { ClaimBadge } from './claim-badge.tsx';
import { classOfGroup, groupParams, whereOf } from './group-class.ts';
import { MeanHeatmap } from './mean-heatmap.tsx';
import { ProofGlance } from './proofs.tsx';

interface GroupListProps<Group> {
  kind: 'cluster' | 'gap';
  groups: readonly Group[];
  title: string;
  about: string;
  /** Instead of a list without entries. */
  none: string;
  /** What a card says below the group's sentence. */
  numbers: (group: Group) => string;
  /** What is shown of the one group that the address names. */
  page: (group: Group) => ComponentChildren;
}

/** All clusters or all gaps, or the one that the address names. */
export function GroupList<Group extends PageCluster | PageGap>(props: GroupListProps<Group>) {
  const { kind, groups, title, about, none, numbers, page } = props;
  const { item } = route.value;
  if (item !== '') {
    const group = groups.find(({ id }) => id === item);
    return group ? page(group) : <NoSuchGroup kind={kind} id={item} />;
  }
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>{title}</h1>
        <p class="muted">{about}</p>
      </header>
      {groups.length === 0 && <p class="nothing">{none}</p>}
      <Progressive items={groups} step={30}>
        {(shown) => (
          <ul class="cards">
            {shown.map((group) => (
              <GroupCard key={group.id} kind={kind} group={group} numbers={numbers(group)} />
            ))}
          </ul>
        )}
      </Progressive>
    </>
  );
}

export function GroupCard({ kind, group, numbers }: { kind: string; group: PageCluster | PageGap; numbers: string }) {
  const report = useReport();
  return (
    <li class="card group-card">
      <MeanHeatmap heatmap={group.heatmap} place={whereOf(group)} size="small" />
      <div class="group-text">
        <h2>
          <a href={linkToView(`${kind}s/${encodeURIComponent(group.id)}`)}>{group.sentence}</a>
        </h2>
        <p class="muted">
          {numbers} <ClaimBadge group={group} />
        </p>
        <AboutClass index={classOfGroup(group)}>
          {'proofs' in group && <ProofGlance cluster={group} />}
          <Strip beside rows={group.typical.slice(0, 4)} keep={groupParams(report, group)} />
        </AboutClass>
      </div>
    </li>
  );
}

function NoSuchGroup({ kind, id }: { kind: string; id: string }) {
  return (
    <>
      <h1 tabIndex={-1}>No such {kind}</h1>
      <p>
        This report has no {kind} {id}. <a href={linkToView(`${kind}s`)}>All {kind}s</a>
      </p>
    </>
  );
}

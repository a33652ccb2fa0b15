import type { ComponentChildren } from 'preact';
import { Stat } from '../../../../shared/page/parts/explained.tsx';
import { linkToView } from '../../../../shared/page/route.ts';
import { count } from '../../../../shared/page/text.ts';
import type { PageCluster, PageGap } from '../../page-data.ts';
import { AboutClass } from '../multi-label/about-class.tsx';
import { Strip } from '../parts/thumb.tsx';
import { useReport } from '../report-context.ts';
import { ClaimBadge } from './claim-badge.tsx';
import { ClassCounts } from './class-counts.tsx';
import { classOfGroup, groupParams, whereOf } from './group-class.ts';
import { GroupNavigation } from './group-navigation.tsx';
import { terms } from './group-terms.ts';
import { MeanHeatmap } from './mean-heatmap.tsx';

/** Fills whole rows of six, four and three. */
const picturesShown = 12;

interface GroupPageProps {
  list: 'clusters' | 'gaps';
  groups: readonly { id: string }[];
  group: PageCluster | PageGap;
  /** Why it is claimed, or not. */
  evidence: { sentence: string; shown: ComponentChildren };
  /** What else is counted of it. */
  stats: ComponentChildren;
  /** Its images by class; `param` names the class in an address. */
  classes: { id: string; title: string; counts: readonly { class: number; count: number }[]; param: string };
  /** Correct images to see beside it. */
  correct: { id: string; title: string; rows: readonly number[] };
  children?: ComponentChildren;
}

/** One cluster or gap: its sentence and numbers, where its images were looked at, what they are, and examples. */
export function GroupPage({ list, groups, group, evidence, stats, classes, correct, children }: GroupPageProps) {
  const keep = groupParams(useReport(), group);
  return (
    <AboutClass index={classOfGroup(group)}>
      <GroupNavigation list={list} ids={groups.map(({ id }) => id)} id={group.id} />
      <header class="view-head">
        <h1 tabIndex={-1} class="sentence-head">
          {group.sentence}
        </h1>
        <p class="evidence">
          <ClaimBadge group={group} /> {evidence.sentence}
        </p>
      </header>
      {evidence.shown}
      <div class="stats">
        <Stat name="images" meaning={terms.size} tone="wrong">
          <a href={linkToView('images', keep)}>{count(group.size)}</a>
        </Stat>
        {stats}
      </div>
      <div class="columns where">
        <section aria-labelledby="where">
          <h2 id="where">Where they were looked at</h2>
          <MeanHeatmap heatmap={group.heatmap} place={whereOf(group)} size="large" />
        </section>
        <section aria-labelledby={classes.id}>
          <h2 id={classes.id}>{classes.title}</h2>
          <ClassCounts counts={classes.counts} paramsOf={(index) => ({ ...keep, [classes.param]: index })} />
        </section>
      </div>
      <section aria-labelledby="typical">
        <h2 id="typical">Typical images</h2>
        <Strip size="large" beside rows={group.typical.slice(0, picturesShown)} keep={keep} />
        <p>
          <a href={linkToView('images', keep)}>All {count(group.images.length)} images</a>
        </p>
      </section>
      {correct.rows.length > 0 && (
        <section aria-labelledby={correct.id}>
          <h2 id={correct.id}>{correct.title}</h2>
          <Strip size="large" beside rows={correct.rows.slice(0, picturesShown)} />
        </section>
      )}
      {children}
    </AboutClass>
  );
}

/** A cluster or gap is of one class: what was decided falsely, or what was missed. */

import type { ParamValues } from '../../../../shared/page/route.ts';
import type { PageCluster, PageGap } from '../../page-data.ts';
import type { Report } from '../report.ts';

/** Null for a cluster over several classes. */
export function classOfGroup(group: PageCluster | PageGap): number | null {
  return 'label' in group ? group.label : group.predicted;
}

/** Where its images were looked at, in words; the cause where one was tested and claimed, because a mean of maps hides frames and edges. */
export function whereOf(group: PageCluster | PageGap): string {
  const [strongest] = 'tests' in group && group.claimed ? group.tests : [];
  return strongest?.words ?? group.place;
}

/** Its images in the gallery; where an image may have several labels, tiles speak of the group's class. */
export function groupParams({ multi }: Report, group: PageCluster | PageGap): ParamValues {
  return multi ? { inside: group.id, class: classOfGroup(group) } : { inside: group.id };
}

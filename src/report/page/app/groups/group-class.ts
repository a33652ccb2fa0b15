/** A cluster or gap is of one class: what was decided falsely, or what was missed. */

import type { ParamValues } from '../../../../shared/page/route.ts';
import type { PageCluster, PageGap } from '../../page-data.ts';
import type { Report } from '../report.ts';

/** Null for a cluster over several classes. */
export function classOfGroup(group: PageCluster | PageGap): number | null {
  return 'label' in group ? group.label : group.predicted;
}

/** Its images in the gallery; where an image may have several labels, tiles speak of the group's class. */
export function groupParams({ multi }: Report, group: PageCluster | PageGap): ParamValues {
  return multi ? { inside: group.id, class: classOfGroup(group) } : { inside: group.id };
}

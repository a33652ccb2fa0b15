/** The groups of images that a report names, in the order in which it shows them. */

import type { Findings } from '../../src/report/contract.ts';
import type { Group } from './measures.ts';

export interface ReportedGroup extends Group {
  /** Place in the collection list; null where the group is shown and not claimed. */
  rank: number | null;
  /** The cause that the network confirmed when it was asked. Null where it was not asked, or a part of a class is missing. */
  cause: string | null;
}

/** Claims by rank, then the clusters and gaps that may be chance. */
export function reportedGroups({ clusters, gaps, collect }: Findings): ReportedGroup[] {
  // A collection item names a cluster or a gap, and others that say the same.
  const ranks = new Map(collect.flatMap(({ rank, from, alsoFrom }) => [from, ...alsoFrom].map((id) => [id, rank])));
  const causes = new Map(
    clusters.flatMap(({ id, grounds, tests: [first] }) =>
      grounds === 'interventions' && first !== undefined ? [[id, first.words]] : [],
    ),
  );
  return [...clusters, ...gaps]
    .map(({ id, images }) => ({ id, images, rank: ranks.get(id) ?? null, cause: causes.get(id) ?? null }))
    .sort((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity) || 0);
}

/** From findings, which name images, to images, with what names them. */

import type { Findings } from '../contract.ts';
import { grouped } from '../grouped.ts';

export interface ImageGroups {
  /** Whether the label may be wrong, rather than the prediction. */
  suspectedLabel: boolean;
  /** Ids of clusters and gaps that the image is in. */
  clusters: string[];
  gaps: string[];
  /** Rank of the first item of the collection list that was found from the image; null for none. */
  collect: number | null;
}

export type GroupedFindings = {
  labelErrors: readonly { key: string }[];
  multiLabel?: { missingLabels: readonly { key: string }[] } | undefined;
  clusters: readonly Grouping[];
  gaps: readonly Grouping[];
  collect: readonly Pick<Findings['collect'][number], 'rank' | 'images'>[];
};

interface Grouping {
  id: string;
  images: readonly string[];
}

export function groupsByImage({
  labelErrors,
  clusters,
  gaps,
  collect,
  multiLabel,
}: GroupedFindings): (key: string) => ImageGroups {
  const suspected = new Set([...labelErrors, ...(multiLabel?.missingLabels ?? [])].map(({ key }) => key));
  const inClusters = idsByImage(clusters);
  const inGaps = idsByImage(gaps);
  const ranks = new Map<string, number>();
  for (const { rank, images } of collect) for (const key of images) if (!ranks.has(key)) ranks.set(key, rank);
  return (key) => ({
    suspectedLabel: suspected.has(key),
    clusters: inClusters(key),
    gaps: inGaps(key),
    collect: ranks.get(key) ?? null,
  });
}

/** Of each image, the ids of the groups that it is in. */
function idsByImage(groups: readonly Grouping[]): (key: string) => string[] {
  const members = groups.flatMap(({ id, images }) => images.map((key) => ({ key, id })));
  const ofImages = grouped(members, ({ key }) => key);
  return (key) => (ofImages.get(key) ?? []).map(({ id }) => id);
}

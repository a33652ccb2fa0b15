/** From findings, which name images, to images, with what names them. */

import type { Findings } from '../contract.ts';

export interface ImageGroups {
  /** Whether the label is probably wrong, rather than the prediction. */
  suspectedLabel: boolean;
  /** Ids of clusters and gaps that the image is in. */
  clusters: string[];
  gaps: string[];
  /** Rank of the first item of the collection list that was found from the image; null for none. */
  collect: number | null;
}

export type GroupedFindings = {
  labelErrors: readonly { key: string }[];
  clusters: readonly Grouping[];
  gaps: readonly Grouping[];
  collect: readonly Pick<Findings['collect'][number], 'rank' | 'images'>[];
};

interface Grouping {
  id: string;
  images: readonly string[];
}

export function groupsByImage({ labelErrors, clusters, gaps, collect }: GroupedFindings): (key: string) => ImageGroups {
  const suspected = new Set(labelErrors.map(({ key }) => key));
  const inClusters = idsByImage(clusters);
  const inGaps = idsByImage(gaps);
  const ranks = new Map<string, number>();
  for (const { rank, images } of collect) for (const key of images) if (!ranks.has(key)) ranks.set(key, rank);
  return (key) => ({
    suspectedLabel: suspected.has(key),
    clusters: inClusters.get(key) ?? [],
    gaps: inGaps.get(key) ?? [],
    collect: ranks.get(key) ?? null,
  });
}

function idsByImage(groups: readonly Grouping[]): Map<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const { id, images } of groups) {
    for (const key of images) {
      const known = ids.get(key);
      if (known === undefined) ids.set(key, [id]);
      else known.push(id);
    }
  }
  return ids;
}

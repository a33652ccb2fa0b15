import type { PageCluster, PageGap } from '../../page-data.ts';

/** Which kind of claim a group is, or that it is none. */
export function ClaimBadge({ group }: { group: PageCluster | PageGap }) {
  const { name, meaning } = claimOf(group);
  return (
    <span class={`badge ${group.claimed ? 'claimed' : ''}`} title={meaning}>
      {name}
    </span>
  );
}

function claimOf(group: PageCluster | PageGap): { name: string; meaning: string } {
  if (!group.claimed) {
    return 'tests' in group && group.tests.length > 0
      ? {
          name: 'not claimed',
          meaning: 'The network was asked, and no change turns its answers clearly more than it turns others.',
        }
      : { name: 'may be chance', meaning: 'It does not hold against chance: nothing is claimed from it.' };
  }
  if ('label' in group) {
    return group.reference === null
      ? {
          name: 'claimed by neighbourhood',
          meaning: 'Its images lie among each other, far from correct images of the class.',
        }
      : {
          name: 'claimed by the reference',
          meaning: 'The reference run, usually over the training set, has few images like these.',
        };
  }
  return group.grounds === 'interventions'
    ? {
        name: 'tested on the network',
        meaning: 'The network was asked about changed pictures: its answers change with the cause.',
      }
    : {
        name: 'claimed by margins',
        meaning:
          'The network was not asked: the answers are surer than those of ordinary mistakes, and earlier layers set the images apart.',
      };
}

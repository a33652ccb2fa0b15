import { linkToView } from '../../../../shared/page/route.ts';

interface GroupNavigationProps {
  /** `clusters` or `gaps`. */
  list: string;
  ids: readonly string[];
  id: string;
}

/** The list and the neighbours of a cluster or gap. */
export function GroupNavigation({ list, ids, id }: GroupNavigationProps) {
  const at = ids.indexOf(id);
  const link = (neighbour: string | undefined, text: string, rel: 'prev' | 'next') =>
    neighbour && (
      <a href={linkToView(`${list}/${encodeURIComponent(neighbour)}`)} rel={rel}>
        {text}
      </a>
    );
  return (
    <nav class="crumbs" aria-label={`Other ${list}`}>
      <a href={linkToView(list)}>All {list}</a>
      <span>
        {link(ids[at - 1], '← previous', 'prev')} {link(ids[at + 1], 'next →', 'next')}
      </span>
    </nav>
  );
}

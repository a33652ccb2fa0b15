import { linkToView, type ParamValues } from '../../../../shared/page/route.ts';
import { count } from '../../../../shared/page/text.ts';
import { useReport } from '../report-context.ts';

interface ClassCountsProps {
  counts: readonly { class: number; count: number }[];
  /** Parameters of the gallery for one of the classes. */
  paramsOf: (index: number) => ParamValues;
}

/** Classes and how many images of each, as bars. */
export function ClassCounts({ counts, paramsOf }: ClassCountsProps) {
  const { className } = useReport();
  const most = counts[0]?.count ?? 1;
  return (
    <ul class="class-counts">
      {counts.slice(0, 12).map((one) => (
        <li key={one.class}>
          <a href={linkToView('images', paramsOf(one.class))}>
            <span class="pair-names">{className(one.class)}</span>
            <span class="pair-count">{count(one.count)}</span>
            <progress class="bar" max={most} value={one.count} aria-hidden="true" />
          </a>
        </li>
      ))}
      {counts.length > 12 && <li class="muted">and {counts.length - 12} more classes</li>}
    </ul>
  );
}

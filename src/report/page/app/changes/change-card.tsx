import { linkToView } from '../../../../shared/page/route.ts';
import { percent } from '../../../../shared/page/text.ts';
import type { ChangedRow } from '../../page-data.ts';
import { useReport } from '../report-context.ts';
import type { EarlierLookup } from './earlier-maps.ts';
import { EarlierMap, PresentMap } from './two-maps.tsx';

interface ChangeCardProps {
  change: ChangedRow;
  /** Name of its list in the gallery's address. */
  inside: string;
  earlier: EarlierLookup | string | null;
}

/** An image in both runs: what each looked at and answered. */
export function ChangeCard({ change, inside, earlier }: ChangeCardProps) {
  const report = useReport();
  const { row, correlation } = change;
  const { label, predicted, score } = report.answerOf(row);
  const tone = (index: number) => (label === -1 ? '' : index === label ? 'right' : 'wrong');
  const answer = (when: string, index: number, share: number) => (
    <>
      <span class="muted">{when}</span>
      <span class={`change-answer ${tone(index)}`} title={report.className(index)}>
        {report.className(index)}
      </span>
      <span class="muted">{percent(share)}</span>
    </>
  );
  const common = report.changes?.elsewhere?.map;
  return (
    <li class="card change-card">
      <div class="two-maps">
        <figure>
          <EarlierMap row={row} earlier={earlier} />
          <figcaption>{answer('then', change.predicted, change.score)}</figcaption>
        </figure>
        <figure>
          <PresentMap row={row} map={common ? report.mapIndex(common) : -1} />
          <figcaption>{answer('now', predicted, score)}</figcaption>
        </figure>
      </div>
      <p class="change-key">
        <a href={linkToView('image', { key: report.keyOf(row), inside })}>{report.keyOf(row)}</a>
        <span class="muted">
          {label === -1 ? 'no label' : `is ${report.className(label)}`}
          {correlation !== undefined && `, ${correlationText(correlation)}`}
        </span>
      </p>
    </li>
  );
}

export function correlationText(correlation: number): string {
  return `correlation ${correlation.toFixed(2).replace('-', '−')}`;
}

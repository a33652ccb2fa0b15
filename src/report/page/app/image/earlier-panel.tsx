import { linkToView } from '../../../../shared/page/route.ts';
import { percent } from '../../../../shared/page/text.ts';
import { earlierAnswer } from '../changes/change-lists.ts';
import { useEarlierMaps } from '../changes/earlier-maps.ts';
import { EarlierMap } from '../changes/two-maps.tsx';
import { useReport } from '../report-context.ts';

/** What an earlier run looked at and answered, for an image that changed since. */
export function EarlierPanel({ row }: { row: number }) {
  const report = useReport();
  const answer = earlierAnswer(report.changes, row);
  const earlier = useEarlierMaps(answer !== null && report.multi === null);
  if (!report.changes || !answer) return null;
  const { label } = report.answerOf(row);
  const map = report.changes.elsewhere?.map;
  return (
    <figure class="panel earlier">
      <figcaption>
        <span class="muted">earlier run</span>
        <strong class={label === -1 ? '' : answer.predicted === label ? 'right' : 'wrong'}>
          {report.className(answer.predicted)}
        </strong>
        <span class="number">{percent(answer.score)}</span>
      </figcaption>
      {report.multi ? <p>Its class with the highest score.</p> : <EarlierMap row={row} earlier={earlier} />}
      <p class="muted">
        {map && `${report.layerName(map.layer)} ${map.method}, ${map.target} class. `}
        <a href={linkToView('changes')}>What changed since {report.changes.before.run}</a>
      </p>
    </figure>
  );
}

import { linkToView } from '../../../../shared/page/route.ts';
import { percent } from '../../../../shared/page/text.ts';
import { changedPairs, earlierAnswer } from '../changes/change-lists.ts';
import { type EarlierLookup, useEarlierMaps } from '../changes/earlier-maps.ts';
import { EarlierMap } from '../changes/two-maps.tsx';
import { useReport } from '../report-context.ts';

/** Beside each other at most: of an image with several classes. */
const pairsShown = 4;

/** What an earlier run looked at and answered, for an image that changed since. */
export function EarlierPanel({ row }: { row: number }) {
  const report = useReport();
  const answer = report.multi === null ? earlierAnswer(report.changes, row) : null;
  const pairs = changedPairs(report.changes, row);
  const earlier = useEarlierMaps(answer !== null || pairs.length > 0);
  if (!report.changes) return null;
  if (answer === null) {
    return (
      <>
        {pairs.slice(0, pairsShown).map(({ class: index, isTrue, before }) => (
          <EarlierFigure
            key={index}
            row={row}
            index={index}
            earlier={earlier}
            name={`${report.className(index)}${before.decided ? '' : ', not decided'}`}
            tone={isTrue === null ? '' : before.decided === isTrue ? 'right' : 'wrong'}
            score={before.score}
          />
        ))}
      </>
    );
  }
  const { label } = report.answerOf(row);
  return (
    <EarlierFigure
      row={row}
      earlier={earlier}
      name={report.className(answer.predicted)}
      tone={label === -1 ? '' : answer.predicted === label ? 'right' : 'wrong'}
      score={answer.score}
    />
  );
}

interface EarlierFigureProps {
  row: number;
  /** The class, where images may have several labels. */
  index?: number;
  earlier: EarlierLookup | string | null;
  name: string;
  tone: string;
  /** Null: below the record's floor. */
  score: number | null;
}

function EarlierFigure({ row, index, earlier, name, tone, score }: EarlierFigureProps) {
  const report = useReport();
  const { changes } = report;
  if (!changes) return null;
  const map = changes.elsewhere?.map;
  const ofPairs = changes.pairs?.maps;
  return (
    <figure class="panel earlier">
      <figcaption>
        <span class="muted">earlier run</span>
        <strong class={tone}>{name}</strong>
        <span class="number">{score === null ? 'low' : percent(score)}</span>
      </figcaption>
      <EarlierMap row={row} {...(index === undefined ? {} : { index })} earlier={earlier} />
      <p class="muted">
        {map && `${report.layerName(map.layer)} ${map.method}, ${map.target} class. `}
        {ofPairs && `${report.layerName(ofPairs.layer)} ${ofPairs.method}. `}
        <a href={linkToView('changes')}>What changed since {changes.before.run}</a>
      </p>
    </figure>
  );
}

import { linkToView } from '../../../../shared/page/route.ts';
import { percent } from '../../../../shared/page/text.ts';
import type { ChangedPairRow, PageDecision } from '../../page-data.ts';
import { useReport } from '../report-context.ts';
import { correlationText } from './change-card.tsx';
import type { EarlierLookup } from './earlier-maps.ts';
import { EarlierMap, PresentMap } from './two-maps.tsx';

interface PairCardProps {
  change: ChangedPairRow;
  /** Name of its list in the gallery's address. */
  inside: string;
  earlier: EarlierLookup | string | null;
}

/** A class of an image in both runs: where each saw it, and what it decided. */
export function PairCard({ change, inside, earlier }: PairCardProps) {
  const report = useReport();
  const { row, class: index, isTrue, before, after, correlation, map } = change;
  const name = report.className(index);
  return (
    <li class="card change-card">
      <p class="change-class" title={name}>
        {name}
      </p>
      <div class="two-maps">
        <figure>
          <EarlierMap row={row} index={index} earlier={earlier} />
          <figcaption>
            <Decision when="then" decision={before} isTrue={isTrue} />
          </figcaption>
        </figure>
        <figure>
          <PresentMap row={row} map={map} />
          <figcaption>
            <Decision when="now" decision={after} isTrue={isTrue} />
          </figcaption>
        </figure>
      </div>
      <p class="change-key">
        <a href={linkToView('image', { key: report.keyOf(row), inside, class: index })}>{report.keyOf(row)}</a>
        <span class="muted">
          {isTrue === null ? 'not known whether it is true' : isTrue ? 'is true' : 'is not true'}
          {correlation !== undefined && `, ${correlationText(correlation)}`}
        </span>
      </p>
    </li>
  );
}

interface DecisionProps {
  when: string;
  decision: PageDecision;
  isTrue: boolean | null;
}

function Decision({ when, decision: { decided, score }, isTrue }: DecisionProps) {
  const tone = isTrue === null ? '' : decided === isTrue ? 'right' : 'wrong';
  return (
    <>
      <span class="muted">{when}</span>
      <span class={`change-answer ${tone}`}>{decided ? 'decided' : 'not decided'}</span>
      <span class="muted">{score === null ? 'low' : percent(score)}</span>
    </>
  );
}

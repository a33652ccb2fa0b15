import { linkToView } from '../../../../shared/page/route.ts';
import { counted, percent, value } from '../../../../shared/page/text.ts';
import type { OpenedImage } from '../details.ts';
import { useReport } from '../report-context.ts';
import { mistakesText } from './decision-lines.tsx';
import { type ClassDecision, decisionsOf } from './decisions.ts';
import { outcomes, outcomeTone, reaches } from './outcome.ts';

interface ImageClassesProps {
  row: number;
  opened: OpenedImage;
  params: URLSearchParams;
}

/** What was decided about an image, class by class, against what is true. */
export function ImageClasses({ row, opened, params }: ImageClassesProps) {
  const report = useReport();
  const { multi, className } = report;
  if (!multi) return null;
  const decisions = decisionsOf(report, opened, params);
  const explained = new Set(opened.maps.map((map) => map.class));
  const isOfInterest = ({ class: index, score, threshold, outcome, isChosen }: ClassDecision) =>
    reaches(score, threshold) || outcome === 'false-negative' || isChosen || explained.has(index);
  const shown = decisions.filter(isOfInterest);
  const others = decisions.filter((one) => !isOfInterest(one));
  return (
    <>
      <h2>
        Classes <small class="muted">{mistakesText(report, row)}</small>
      </h2>
      {shown.length === 0 && (
        <p class="muted">Nothing is decided{multi.isLabelled(row) && ', and nothing is known to be true'}.</p>
      )}
      <Decisions decisions={shown} />
      {others.length > 0 && (
        <details class="legend">
          <summary>{counted(others.length, 'other class', 'other classes')}, not decided</summary>
          <Decisions decisions={others} />
        </details>
      )}
      {multi.missingOf(row).map((one) => (
        <p key={one.class} class="callout suspected">
          <strong>Is {className(one.class)} missing?</strong> {one.reason}
        </p>
      ))}
      <p class="muted">
        The original has {opened.width} × {opened.height} pixels.
      </p>
    </>
  );
}

function Decisions({ decisions }: { decisions: readonly ClassDecision[] }) {
  const { className } = useReport();
  return (
    <ol class="top-scores">
      {decisions.map(({ class: index, score, threshold, isChosen, outcome, isMissing }) => (
        <li key={index}>
          <a class="pair-names" href={linkToView(`classes/${index}`)}>
            {className(index)}
          </a>
          <span class="pair-count">
            {score === null ? 'low' : percent(score)}{' '}
            <small>
              {isChosen ? 'chosen' : 'from'} {value(threshold)}
            </small>
          </span>
          <span class={`decision-outcome ${isMissing ? 'suspected' : outcomeTone(outcome)}`}>
            {isMissing ? 'false positive, or its label is missing' : outcomes[outcome]}
          </span>
          <progress class="bar" max={1} value={score ?? 0} aria-hidden="true" />
        </li>
      ))}
    </ol>
  );
}

import { linkToView } from '../../../../shared/page/route.ts';
import { count, percent, value } from '../../../../shared/page/text.ts';
import type { OpenedImage } from '../details.ts';
import { useReport } from '../report-context.ts';
import { mistakesText } from './decision-lines.tsx';
import { decisionsOf } from './decisions.ts';
import { outcomes, outcomeTone } from './outcome.ts';

/** What was decided about an image, class by class, against what is true. */
export function ImageClasses({ row, opened, params }: { row: number; opened: OpenedImage; params: URLSearchParams }) {
  const report = useReport();
  const { multi, className } = report;
  if (!multi) return null;
  const decisions = decisionsOf(report, opened, params);
  const others = multi.classes.length - decisions.length;
  return (
    <>
      <h2>
        Classes <small class="muted">{mistakesText(report, row)}</small>
      </h2>
      {decisions.length === 0 && (
        <p class="muted">Nothing is decided{multi.isLabelled(row) && ', and nothing is true'}.</p>
      )}
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
      {decisions.length > 0 && others > 0 && (
        <p class="muted">
          {multi.isLabelled(row)
            ? `Of the other ${count(others)} none is decided or true.`
            : `None of the other ${count(others)} is decided.`}
        </p>
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

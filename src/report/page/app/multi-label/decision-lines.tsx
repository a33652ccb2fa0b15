import { counted, shortPercent } from '../../../../shared/page/text.ts';
import type { Report } from '../report.ts';
import { useReport } from '../report-context.ts';
import type { ClassAnswer } from './about-class.tsx';
import { outcomes, reaches } from './outcome.ts';

/** The text of a tile: of the class that is asked about, else of the image as a whole. */
export function DecisionLines({ row, answer }: { row: number; answer: ClassAnswer | null }) {
  const report = useReport();
  const { multi, className } = report;
  const { predicted, score } = report.answerOf(row);
  if (!multi) return null;
  const isDecided = reaches(score, multi.thresholdOf(predicted));
  const more = multi.countsOf(row).decided - Number(isDecided);
  const isBelow = answer === null && !isDecided;
  const shown = answer ? answer.score : score;
  return (
    <>
      <span class="thumb-line">
        <span class="hidden">{answer ? 'class ' : isBelow ? 'highest, not decided: ' : 'decided: '}</span>
        <span class={`thumb-name ${isBelow ? 'muted' : ''}`}>{className(answer ? answer.class : predicted)}</span>
        {answer === null && more > 0 && (
          <span class="thumb-more">
            +{more}
            <span class="hidden"> more, score</span>
          </span>
        )}
        <span class="thumb-score">{Number.isNaN(shown) ? 'low' : shortPercent(shown)}</span>
      </span>
      <span class="thumb-line thumb-truth">
        <span class="thumb-name">
          {answer ? (answer.isMissing ? 'label missing?' : outcomes[answer.outcome]) : mistakesText(report, row)}
        </span>
      </span>
    </>
  );
}

/** `1 false, 2 missed`, in as few words as a tile has room for. */
export function mistakesText({ multi }: Report, row: number): string {
  if (!multi?.isLabelled(row)) return 'no labels';
  const { falsePositives, falseNegatives } = multi.countsOf(row);
  if (falsePositives + falseNegatives === 0) return 'all right';
  const parts = [
    falsePositives > 0 ? `${counted(falsePositives, 'false', 'false')}` : '',
    falseNegatives > 0 ? `${counted(falseNegatives, 'missed', 'missed')}` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Answer, ExplanationAnswer } from '../../../../explore/contract.ts';
import { changeParams } from '../../../../shared/page/route.ts';
import { counted, percent, value } from '../../../../shared/page/text.ts';
import type { ImageDecisions } from '../../page-data.ts';
import { openImage } from '../details.ts';
import { reaches } from '../multi-label/outcome.ts';
import type { Report } from '../report.ts';
import { useReport } from '../report-context.ts';
import { type ExploredDecision, type ExploredScore, exploredDecisions } from './explored-decisions.ts';
import { pointsText, ScoreTitles } from './score-changes.tsx';

interface DecisionCaptionProps {
  name: string;
  answer: Answer;
  /** The class that the map is for. */
  explained: number;
}

/** The explained class of a picture, and whether it is above its threshold. */
export function DecisionCaption({ name, answer: { score }, explained }: DecisionCaptionProps) {
  const { className, multi } = useReport();
  const threshold = multi?.thresholdOf(explained) ?? 0.5;
  return (
    <figcaption>
      <span class="muted">{name}</span>
      <strong>{className(explained)}</strong>
      <span class="number">{percent(score)}</span>
      <span class="muted">
        {reaches(score, threshold) ? 'above' : 'below'} {value(threshold)}
      </span>
    </figcaption>
  );
}

/** Scores of every class, held against their thresholds; a class's name asks for its map. @param row -1: the page does not have the image */
export function DecisionChanges({ answer, row }: { answer: ExplanationAnswer; row: number }) {
  const report = useReport();
  const decisions = useMemo(() => exploredDecisions(report, answer), [report, answer]);
  const truth = useTruth(row);
  const isOfInterest = ({ class: index, before, after }: ExploredDecision) =>
    before.decided || after?.decided === true || index === answer.explained.class || isTrue(truth, index) === true;
  const shown = decisions.filter(isOfInterest);
  const others = decisions.filter((one) => !isOfInterest(one));
  const table = (some: readonly ExploredDecision[]) => <DecisionRows decisions={some} answer={answer} truth={truth} />;
  return (
    <>
      {table(shown)}
      {others.length > 0 && (
        <details class="legend">
          <summary>{counted(others.length, 'other class', 'other classes')}, below the threshold</summary>
          {table(others)}
        </details>
      )}
    </>
  );
}

interface DecisionRowsProps {
  decisions: readonly ExploredDecision[];
  answer: ExplanationAnswer;
  truth: ImageDecisions | null;
}

function DecisionRows({ decisions, answer: { explained, covered }, truth }: DecisionRowsProps) {
  const report = useReport();
  return (
    <div class="scroll">
      <table class="score-changes">
        <caption class="hidden">Scores of the picture as it is{covered && ', and covered'}, by class</caption>
        <thead>
          <tr>
            <th scope="col">class</th>
            <th scope="col" class="number">
              threshold
            </th>
            <ScoreTitles isCovered={covered !== null} />
          </tr>
        </thead>
        <tbody>
          {decisions.map(({ class: index, threshold, before, after }) => (
            <tr key={index}>
              <th scope="row">
                <button
                  type="button"
                  class="asks"
                  aria-pressed={index === explained.class}
                  title={`Explain ${report.className(index)}`}
                  onClick={() => changeParams({ class: askedName(report, index) }, 'replace')}
                >
                  {report.className(index)}
                </button>
                {isTrue(truth, index) === true && <small class="muted">&ensp;true</small>}
              </th>
              <td class="number">{value(threshold)}</td>
              <Scored of={before} />
              {covered && after && (
                <>
                  <Scored of={after} changed={after.decided !== before.decided} />
                  <td class="number">{pointsText(before.score, after.score)}</td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Scored({ of: { score, decided }, changed = false }: { of: ExploredScore; changed?: boolean }) {
  const side = decided ? 'above' : 'below';
  return (
    <td class="number">
      {percent(score)} {changed ? <strong>{side}</strong> : <span class="muted">{side}</span>}
    </td>
  );
}

/** What the server takes for the class, and nothing else. */
function askedName({ findings }: Report, index: number): string {
  const name = findings.classNames[index];
  const isOwn = name != null && findings.classNames.indexOf(name) === findings.classNames.lastIndexOf(name);
  return isOwn && !/^#?\d+$/.test(name) ? name : `#${index}`;
}

/** Null where it is not known. */
function isTrue(truth: ImageDecisions | null, index: number): boolean | null {
  if (!truth?.labels || truth.unknown.includes(index)) return null;
  return truth.labels.includes(index);
}

function useTruth(row: number): ImageDecisions | null {
  const [truth, setTruth] = useState<ImageDecisions | null>(null);
  useEffect(() => {
    let current = true;
    setTruth(null);
    if (row < 0) return;
    openImage(row).then(
      ({ multiLabel }) => current && setTruth(multiLabel ?? null),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [row]);
  return truth;
}

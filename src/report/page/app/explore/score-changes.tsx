import type { ExplanationAnswer } from '../../../../explore/contract.ts';
import { percent } from '../../../../shared/page/text.ts';
import { useReport } from '../report-context.ts';

/** The best scores of the picture as it is, and what they become. */
export function ScoreChanges({ answer, label }: { answer: ExplanationAnswer; label: number }) {
  const { className } = useReport();
  const { original, covered } = answer;
  const scores = (one: ExplanationAnswer['original'] | null) =>
    new Map((one?.top ?? []).map(({ class: index, score }) => [index, score]));
  const before = scores(original).set(answer.explained.class, original.score);
  const after = scores(covered);
  if (covered) after.set(answer.explained.class, covered.score);
  const order = new Map(
    [...after, ...before].map(([index]) => [index, Math.max(before.get(index) ?? 0, after.get(index) ?? 0)]),
  );
  const classes = [...order].sort(([, a], [, b]) => b - a).map(([index]) => index);
  return (
    <div class="scroll">
      <table class="score-changes">
        <caption class="hidden">Scores of the picture as it is{covered && ', and covered'}</caption>
        <thead>
          <tr>
            <th scope="col">class</th>
            <ScoreTitles isCovered={covered !== null} />
          </tr>
        </thead>
        <tbody>
          {classes.map((index) => (
            <tr key={index}>
              <th scope="row">
                {className(index)}
                {index === label && <small class="muted"> true class</small>}
              </th>
              <td class="number">{shown(before.get(index))}</td>
              {covered && (
                <>
                  <td class="number">{shown(after.get(index))}</td>
                  <td class="number">{change(before.get(index), after.get(index))}</td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Titles of the columns that scores stand in. */
export function ScoreTitles({ isCovered }: { isCovered: boolean }) {
  return (
    <>
      {['as it is', ...(isCovered ? ['covered', 'change'] : [])].map((title) => (
        <th key={title} scope="col" class="number">
          {title}
        </th>
      ))}
    </>
  );
}

/** Beyond the best five only the explained class's score is known. */
function shown(score: number | undefined): string {
  return score === undefined ? 'not among the best' : percent(score);
}

function change(before: number | undefined, after: number | undefined): string {
  return before === undefined || after === undefined ? '–' : pointsText(before, after);
}

/** In percentage points. */
export function pointsText(before: number, after: number): string {
  const points = ((after - before) * 100).toFixed(1);
  return Number(points) === 0 ? '0.0' : Number(points) > 0 ? `+${points}` : points.replace('-', '−');
}

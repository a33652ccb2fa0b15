import type { ExplanationAnswer, ExplanationRequest } from '../../../../explore/contract.ts';
import { percent } from '../../../../shared/page/text.ts';
import type { Report } from '../report.ts';
import { type ExploredDecision, exploredDecisions } from './explored-decisions.ts';

/** Names that a sentence holds. */
const mostNamed = 6;

/** What became of the decisions: which classes are above their threshold. */
export function decisionSentence(
  report: Report,
  answer: ExplanationAnswer,
  request: ExplanationRequest | null,
): string {
  const { explained, original } = answer;
  const decisions = exploredDecisions(report, answer);
  const listed = (holds: (one: ExploredDecision) => boolean) => {
    const found = decisions.filter(holds).map((one) => report.className(one.class));
    const more = found.length > mostNamed ? ` and ${found.length - mostNamed} more` : '';
    return found.length === 0 ? null : found.slice(0, mostNamed).join(', ') + more;
  };
  const name = report.className(explained.class);
  const reason = original.map.degenerateReason;
  const map = reason === null ? '' : ` There is no map of ${name} here: ${reason}.`;
  const above = listed((one) => one.before.decided);
  if (answer.covered === null) {
    const where = request ? ` at ${request.layer}, by ${request.method}` : '';
    const decided = above === null ? 'No class is above its threshold.' : `Above their threshold: ${above}.`;
    return `What speaks for ${name}${where}. ${decided}${map}`;
  }
  const own = decisions.find((one) => one.class === explained.class);
  const still = listed((one) => one.before.decided && one.after?.decided === true);
  const gone = listed((one) => one.before.decided && one.after?.decided === false);
  const come = listed((one) => !one.before.decided && one.after?.decided === true);
  const parts = [
    own?.after
      ? `Covered, ${name} ${movement(own.before.decided, own.after.decided)}: ${percent(own.before.score)}, then ${percent(own.after.score)}.`
      : '',
    still === null
      ? above === null
        ? ''
        : 'No class that was above its threshold still is.'
      : `Still above their threshold: ${still}.`,
    gone === null ? '' : `No longer: ${gone}.`,
    come === null ? '' : `Above it only now: ${come}.`,
  ];
  return parts.filter((part) => part !== '').join(' ') + map;
}

function movement(was: boolean, is: boolean): string {
  if (was === is) return is ? 'stays above its threshold' : 'stays below its threshold';
  return is ? 'rises above its threshold' : 'falls below its threshold';
}

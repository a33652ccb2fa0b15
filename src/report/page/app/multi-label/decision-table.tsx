import { count } from '../../../../shared/page/text.ts';
import type { Which } from './class-question.ts';
import type { OutcomeCounts } from './outcome.ts';

interface DecisionTableProps {
  counts: OutcomeCounts;
  which: Which;
  onChoose: (which: Which) => void;
}

/** Decided or not against true or not; a cell chooses the images that are shown. */
export function DecisionTable({ counts, which, onChoose }: DecisionTableProps) {
  const cell = (outcome: keyof OutcomeCounts, name: string, tone: string) => (
    <td>
      <button type="button" class="decision" aria-pressed={which === outcome} onClick={() => onChoose(outcome)}>
        <b class={tone}>{count(counts[outcome])}</b> <small>{name}</small>
      </button>
    </td>
  );
  return (
    <table class="decisions">
      <thead>
        <tr>
          <td />
          <th scope="col">decided</th>
          <th scope="col">not decided</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">true</th>
          {cell('true-positive', 'found rightly', 'right')}
          {cell('false-negative', 'missed', 'wrong')}
        </tr>
        <tr>
          <th scope="row">not true</th>
          {cell('false-positive', 'false positives', 'wrong')}
          {cell('true-negative', 'rightly not decided', 'right')}
        </tr>
      </tbody>
    </table>
  );
}

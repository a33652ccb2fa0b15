import { Legend, Stat } from '../../../../shared/page/parts/explained.tsx';
import { linkToView } from '../../../../shared/page/route.ts';
import { count, percent } from '../../../../shared/page/text.ts';
import type { PairScores } from '../../../contract.ts';
import type { MultiLabel } from './multi-label.ts';

/** What stands in place of accuracy: whole images, and pairs of an image and a class. */
export function PairCounts({ multi }: { multi: MultiLabel }) {
  const { exact, pairs, macro } = multi;
  return (
    <>
      <Stat
        name="all decisions right"
        meaning={`Exact match: share of the labelled images all of whose known classes are decided rightly: ${count(exact.right)} of ${count(exact.images)}.`}
      >
        {percent(exact.share)}
      </Stat>
      <Stat
        name="mean average precision"
        meaning="Mean over the classes of the area under the precision-recall curve, whatever the thresholds."
      >
        {macro.averagePrecision === null ? '–' : macro.averagePrecision.toFixed(3)}
      </Stat>
      <Stat
        name="false positives"
        tone={pairs.falsePositives > 0 ? 'wrong' : undefined}
        meaning="Pairs of an image and a class that is decided and not true."
      >
        <a href={linkToView('classes')}>{count(pairs.falsePositives)}</a>
      </Stat>
      <Stat
        name="missed"
        tone={pairs.falseNegatives > 0 ? 'wrong' : undefined}
        meaning="Pairs of an image and a class that is true and not decided."
      >
        <a href={linkToView('classes')}>{count(pairs.falseNegatives)}</a>
      </Stat>
    </>
  );
}

const columns = [
  { name: 'averagePrecision', title: 'AP' },
  { name: 'auroc', title: 'AUROC' },
  { name: 'precision', title: 'precision' },
  { name: 'recall', title: 'recall' },
  { name: 'f1', title: 'F1' },
] as const;

const sources = {
  number: 'Every class is decided from the same score on',
  file: 'The thresholds come from a file, one for each class',
  'best-f1':
    'Each threshold is the one with the highest F1 on this very run, so precision, recall and F1 look better than they will be',
} as const;

/** Micro and macro means. */
export function MultiLabelNumbers({ multi }: { multi: MultiLabel }) {
  const row = (name: string, meaning: string, scores: PairScores) => (
    <tr>
      <th scope="row" title={meaning}>
        {name}
      </th>
      {columns.map((column) => {
        const score = scores[column.name];
        return (
          <td key={column.name} class="number">
            {score === null ? '–' : score.toFixed(3)}
          </td>
        );
      })}
    </tr>
  );
  return (
    <section aria-labelledby="means">
      <h2 id="means">Over all classes</h2>
      <div class="scroll">
        <table class="means">
          <thead>
            <tr>
              <td />
              {columns.map(({ name, title }) => (
                <th key={name} scope="col" class="number">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {row('micro', 'Over all pairs', multi.micro)}
            {row('macro', 'Mean of the classes', multi.macro)}
          </tbody>
        </table>
      </div>
      <p class="muted">
        {sources[multi.threshold]}.
        {multi.pairs.unknown > 0 &&
          ` The truth of ${count(multi.pairs.unknown)} pairs is not known; they count nowhere.`}
      </p>
      <Legend
        terms={[
          { name: 'micro', meaning: 'Over all pairs of an image and a class at once: frequent classes weigh most.' },
          { name: 'macro', meaning: 'Mean of the classes that have the value: each class weighs the same.' },
          { name: 'AP', meaning: 'Average precision: area under the precision-recall curve.' },
          { name: 'AUROC', meaning: 'Probability that a true pair has a higher score than another one.' },
        ]}
      />
    </section>
  );
}

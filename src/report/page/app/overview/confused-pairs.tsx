import { useMemo } from 'preact/hooks';
import { linkToView } from '../../../../shared/page/route.ts';
import { count, percent } from '../../../../shared/page/text.ts';
import { useReport } from '../report-context.ts';

const pairsShown = 10;

/** True class, predicted class and how often, as links into the gallery. */
export function ConfusedPairs() {
  const { findings, className } = useReport();
  const support = useMemo(() => new Map(findings.classes.map((one) => [one.class, one.support])), [findings]);
  const pairs = findings.confusion.filter(({ label, predicted }) => label !== predicted);
  const most = pairs[0]?.count ?? 1;
  if (pairs.length === 0) return <p class="nothing">No labelled image was misclassified.</p>;
  return (
    <>
      {most === 1 && <p class="muted">No class is taken for the same other one more than once.</p>}
      <ol class="pairs">
        {pairs.slice(0, pairsShown).map(({ label, predicted, count: images }) => (
          <li key={`${label} ${predicted}`}>
            <a href={linkToView('images', { label, predicted })}>
              <span class="pair-names">
                <b>{className(label)}</b> taken for <b>{className(predicted)}</b>
              </span>
              <span class="pair-count">
                {count(images)}{' '}
                <small>
                  of {count(support.get(label) ?? images)}, {percent(images / (support.get(label) ?? images))}
                </small>
              </span>
              {most > 1 && <progress class="bar" max={most} value={images} aria-hidden="true" />}
            </a>
          </li>
        ))}
      </ol>
      <p>
        <a href={linkToView('confusion')}>All {count(pairs.length)} pairs in the confusion matrix</a>
      </p>
    </>
  );
}

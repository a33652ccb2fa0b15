import { linkToView } from '../../../../shared/page/route.ts';
import { count, counted, percent } from '../../../../shared/page/text.ts';
import { useReport } from '../report-context.ts';

const companionsShown = 8;

/** What else the report says of a class: what its false positives come with, its clusters and gaps, its missing labels. */
export function ClassFindings({ index }: { index: number }) {
  const { multi, findings, className } = useReport();
  if (!multi) return null;
  const companions = multi.coOccurrence.falsePositives
    .filter((one) => one.class === index)
    .sort((a, b) => b.rate - (b.otherwise ?? 0) - (a.rate - (a.otherwise ?? 0)))
    .slice(0, companionsShown);
  const groups = [
    ...findings.clusters.filter(({ predicted }) => predicted === index).map((one) => ({ ...one, list: 'clusters' })),
    ...findings.gaps.filter(({ label }) => label === index).map((one) => ({ ...one, list: 'gaps' })),
  ];
  const missing = multi.missingLabels.filter((one) => one.class === index).length;
  if (companions.length + groups.length + missing === 0) return null;
  return (
    <div class="columns">
      {companions.length > 0 && (
        <section aria-labelledby="companions">
          <h2 id="companions">What its false positives come with</h2>
          <ul class="class-counts">
            {companions.map((one) => (
              <li key={one.with}>
                <a href={linkToView('images', { class: index, which: 'false-positive', label: one.with })}>
                  <span class="pair-names">{className(one.with)}</span>
                  <span class="pair-count">
                    {count(one.count)}{' '}
                    <small>
                      {percent(one.rate)} with it, {percent(one.otherwise)} without
                    </small>
                  </span>
                  <progress class="bar" max={1} value={one.rate} aria-hidden="true" />
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
      {groups.length + missing > 0 && (
        <section aria-labelledby="findings">
          <h2 id="findings">Findings about it</h2>
          <ul class="part-of">
            {groups.map(({ id, list, sentence }) => (
              <li key={id}>
                <a href={linkToView(`${list}/${encodeURIComponent(id)}`)}>{sentence}</a>
              </li>
            ))}
            {missing > 0 && (
              <li>
                <a href={linkToView('labels', { class: index })}>
                  {counted(missing, 'label is', 'labels are')} probably missing.
                </a>
              </li>
            )}
          </ul>
        </section>
      )}
    </div>
  );
}

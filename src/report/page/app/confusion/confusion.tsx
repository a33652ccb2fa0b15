import { useMemo } from 'preact/hooks';
import { Choice } from '../../../../shared/page/parts/choice.tsx';
import { SearchField } from '../../../../shared/page/parts/search-field.tsx';
import { changeParams, route } from '../../../../shared/page/route.ts';
import { count } from '../../../../shared/page/text.ts';
import { ConfusedPairs } from '../overview/confused-pairs.tsx';
import { useReport } from '../report-context.ts';
import { confusionMatrix } from './matrix.ts';
import { MatrixTable } from './matrix-table.tsx';

const sizes = [10, 20, 40, 80];

export function Confusion() {
  const { findings, className } = useReport();
  const { params } = route.value;
  const size = Number(params.get('size')) || 20;
  const text = (params.get('class') ?? '').toLowerCase();
  const matrix = useMemo(() => {
    const wanted =
      text === ''
        ? null
        : new Set(
            findings.classes.flatMap((one) => (className(one.class).toLowerCase().includes(text) ? one.class : [])),
          );
    return confusionMatrix(findings.confusion, size, wanted);
  }, [findings, size, text]);
  const all = findings.classes.length;
  const shown = matrix.classes.length;

  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Confusion matrix</h1>
        <p class="muted">
          Rows are true classes, columns are what they were taken for. A cell opens its images. Shade: share of the
          row's images.
        </p>
      </header>
      <div class="toolbar">
        <SearchField name="Find a class" param="class" />
        <Choice
          name="Show"
          value={String(size)}
          options={sizes.map((one) => ({ value: String(one), text: `${one} classes` }))}
          onChange={(value) => changeParams({ size: value === '20' ? null : value })}
        />
        <p class="muted" aria-live="polite">
          {shown < all ? `The ${count(shown)} most confused of ${count(all)} classes` : `All ${count(all)} classes`}
        </p>
      </div>
      {shown === 0 ? (
        <p class="nothing">{text === '' ? 'No labelled images.' : 'No such class takes part in a mistake.'}</p>
      ) : (
        <MatrixTable matrix={matrix} />
      )}
      <section aria-labelledby="pairs">
        <h2 id="pairs">Most confused pairs</h2>
        <ConfusedPairs />
      </section>
    </>
  );
}

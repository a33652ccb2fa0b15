import { useMemo } from 'preact/hooks';
import { at } from '../../../../explain/at.ts';
import { Choice } from '../../../../shared/page/parts/choice.tsx';
import { Legend } from '../../../../shared/page/parts/explained.tsx';
import { SearchField } from '../../../../shared/page/parts/search-field.tsx';
import { changeParams, linkToView, route } from '../../../../shared/page/route.ts';
import { count, counted, percent } from '../../../../shared/page/text.ts';
import { confusionMatrix } from '../confusion/matrix.ts';
import { type HeatCell, HeatTable } from '../parts/heat-table.tsx';
import { useReport } from '../report-context.ts';
import type { MultiLabel } from './multi-label.ts';
import { TravellingCues } from './travelling-cues.tsx';

const sizes = [10, 20, 40, 80];

const tables = {
  false: 'false positives beside a true class',
  true: 'classes that are true together',
} as const;

/** Which false positives come with which true class. */
export function CoOccurrence() {
  const { multi } = useReport();
  return multi && <Tables multi={multi} />;
}

function Tables({ multi }: { multi: MultiLabel }) {
  const { className } = useReport();
  const { params } = route.value;
  const size = Number(params.get('size')) || 20;
  const text = (params.get('find') ?? '').toLowerCase();
  const together = params.get('count') === 'true';
  const pairs = useMemo(() => pairsOf(multi, together), [multi, together]);
  const classes = useMemo(() => {
    const found = multi.classes
      .map((one) => one.class)
      .filter((index) => className(index).toLowerCase().includes(text));
    const cells = [...pairs.values()].map(({ row, column, count: images }) => ({
      label: column,
      predicted: row,
      count: images,
    }));
    return confusionMatrix(cells, size, text === '' ? null : new Set(found)).classes;
  }, [pairs, size, text]);

  const cell = (row: number, column: number): HeatCell | null => {
    const [own, other] = [at(classes, row), at(classes, column)];
    const pair = pairs.get(`${own} ${other}`);
    if (!pair) return null;
    return {
      images: pair.count,
      link: together
        ? linkToView('images', { class: own, which: null, label: other })
        : linkToView('images', { class: own, which: 'false-positive', label: other }),
      words: pair.words(className),
      tone: together ? 'right' : 'wrong',
      shade: Math.sqrt(pair.share),
    };
  };

  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Co-occurrence</h1>
        <p class="muted">
          {together
            ? "How many images have both classes. Shade: share of the images of the row's class."
            : "Rows are classes that are decided falsely, columns are classes that are true in the same images. Shade: how much more often than without the column's class. A dark cell: what comes with the column's class may be taken for the row's."}
        </p>
      </header>
      <TravellingCues />
      <section aria-labelledby="pairs">
        <h2 id="pairs">Class by class</h2>
        <div class="toolbar">
          <SearchField name="Find a class" param="find" />
          <Choice
            name="Count"
            value={String(together)}
            options={Object.entries(tables).map(([value, name]) => ({ value, text: name }))}
            onChange={(value) => changeParams({ count: value === 'true' ? value : null })}
          />
          <Choice
            name="Show"
            value={String(size)}
            options={sizes.map((one) => ({ value: String(one), text: `${one} classes` }))}
            onChange={(value) => changeParams({ size: value === '20' ? null : value })}
          />
          <p class="muted" aria-live="polite">
            {counted(classes.length, 'class', 'classes')} of {count(multi.classes.length)}
          </p>
        </div>
        {classes.length === 0 ? (
          <p class="nothing">
            {text === '' ? 'No two classes come together.' : 'No such class comes with another one.'}
          </p>
        ) : (
          <HeatTable
            classes={classes}
            label={tables[together ? 'true' : 'false']}
            corner={together ? 'true ↓ true →' : 'decided falsely ↓ true →'}
            cell={cell}
            none="0 images"
          />
        )}
        {!together && (
          <Legend
            terms={[
              {
                name: 'number',
                meaning: "Images in which the row's class is a false positive and the column's is true.",
              },
              {
                name: 'shade',
                meaning:
                  "Of the images where the row's class is not true: the share in which it is decided all the same, with the column's class, less that share without it.",
              },
            ]}
          />
        )}
      </section>
    </>
  );
}

interface Pair {
  row: number;
  column: number;
  count: number;
  /** Of the shade, 0 to 1. */
  share: number;
  words: (nameOf: (index: number) => string) => string;
}

/** By `<row> <column>`. */
function pairsOf({ coOccurrence, classOf }: MultiLabel, together: boolean): Map<string, Pair> {
  const pairs = new Map<string, Pair>();
  const add = (pair: Pair) => pairs.set(`${pair.row} ${pair.column}`, pair);
  if (together) {
    for (const { a, b, count: images } of coOccurrence.together) {
      for (const [row, column] of [
        [a, b],
        [b, a],
      ] as const) {
        const share = images / Math.max(1, classOf(row)?.positives ?? images);
        const words = (nameOf: (index: number) => string) =>
          `${counted(images, 'image')} with ${nameOf(row)} and ${nameOf(column)}, ${percent(share)} of ${nameOf(row)}`;
        add({ row, column, count: images, share, words });
      }
    }
    return pairs;
  }
  for (const one of coOccurrence.falsePositives) {
    add({
      row: one.class,
      column: one.with,
      count: one.count,
      share: Math.max(0, one.rate - (one.otherwise ?? 0)),
      words: (nameOf) =>
        `${counted(one.count, 'false positive')} of ${nameOf(one.class)} beside ${nameOf(one.with)}: ${percent(one.rate)} with it, ${percent(one.otherwise)} without`,
    });
  }
  return pairs;
}

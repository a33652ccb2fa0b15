import { Legend } from '../../../../shared/page/parts/explained.tsx';
import { Progressive } from '../../../../shared/page/parts/progressive.tsx';
import { linkToView } from '../../../../shared/page/route.ts';
import { chance, count, counted, percent } from '../../../../shared/page/text.ts';
import type { ClassMove, Movement } from '../../../diff/contract.ts';
import { useReport } from '../report-context.ts';

const terms = [
  { name: 'recall', meaning: 'Share of the images with this label that are predicted as it, then and now.' },
  { name: 'precision', meaning: 'Share of the images predicted as this class that have its label, then and now.' },
  {
    name: 'moved',
    meaning:
      "More than chance: McNemar's exact test over the images that changed sides, held against the number of classes (at most one false claim in twenty).",
  },
];

const multiLabelTerms = [
  { name: 'recall', meaning: 'Share of the images that have the class where it is decided, then and now.' },
  { name: 'precision', meaning: 'Share of the images where the class is decided that have it, then and now.' },
  ...terms.slice(2),
];

/** Classes in which an image changed, those that moved first. */
export function ClassMoves({ classes }: { classes: readonly ClassMove[] }) {
  const { className, multi } = useReport();
  const link = (index: number) => (multi ? linkToView(`classes/${index}`) : linkToView('images', { label: index }));
  if (classes.length === 0) return <p class="nothing">No image of any class changed sides.</p>;
  const moved = classes.filter(({ recall, precision }) => recall.moved || precision.moved).length;
  return (
    <>
      <p class="muted">
        {moved === 0 ? 'No class' : counted(moved, 'class', 'classes')} moved by more than chance; an image changed in{' '}
        {counted(classes.length, 'class', 'classes')}.
      </p>
      <Progressive items={classes} step={20}>
        {(shown) => (
          <div class="scroll">
            <table class="classes">
              <thead>
                <tr>
                  <th scope="col">class</th>
                  <th scope="col" class="number">
                    images
                  </th>
                  <th scope="col">recall</th>
                  <th scope="col">precision</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((one) => (
                  <tr key={one.class}>
                    <th scope="row">
                      <a href={link(one.class)}>{className(one.class)}</a>
                    </th>
                    <td class="number">{count(one.images)}</td>
                    <td>
                      <Moved movement={one.recall} />
                    </td>
                    <td>
                      <Moved movement={one.precision} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Progressive>
      <Legend terms={multi ? multiLabelTerms : terms} />
    </>
  );
}

function Moved({ movement }: { movement: Movement }) {
  const { before, after, worse, better, moved } = movement;
  if (worse + better === 0) return <span class="muted">{after === null ? '–' : `${percent(after)}, as before`}</span>;
  const tone = moved ? (worse > better ? 'wrong' : 'right') : '';
  return (
    <>
      <span class={tone}>
        {percent(before)} → {percent(after)}
      </span>{' '}
      <small class="muted">
        {count(better)} better, {count(worse)} worse, {moved ? `chance ${chance(movement.chance)}` : 'may be chance'}
      </small>
    </>
  );
}

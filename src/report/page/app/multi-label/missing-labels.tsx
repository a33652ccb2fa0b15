import { Choice } from '../../../../shared/page/parts/choice.tsx';
import { Legend } from '../../../../shared/page/parts/explained.tsx';
import { Progressive } from '../../../../shared/page/parts/progressive.tsx';
import { changeParams, linkToView, route } from '../../../../shared/page/route.ts';
import { count, counted, percent } from '../../../../shared/page/text.ts';
import { Tally } from '../../../tally.ts';
import type { PageMissingLabel } from '../../page-data.ts';
import { Thumb } from '../parts/thumb.tsx';
import { useReport } from '../report-context.ts';
import { AboutClass } from './about-class.tsx';

/** Labels that are probably missing, apart from other false positives. */
export function MissingLabels() {
  const { multi, className } = useReport();
  if (!multi) return null;
  const all = multi.missingLabels;
  const chosen = route.value.params.get('class') ?? '';
  const listed = chosen === '' ? all : all.filter((one) => String(one.class) === chosen);
  const classes = new Tally<number>();
  for (const one of all) classes.add(one.class);
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Suspected missing labels</h1>
        <p class="muted">
          {counted(all.length, 'label')} that the network is sure of, seen where it sees the class's true images; surest
          first. Missing labels are the usual fault of such sets: look at them before you collect anything. In all
          numbers they still count as false positives.
        </p>
      </header>
      {all.length === 0 ? (
        <p class="nothing">No label is suspected to be missing.</p>
      ) : (
        <>
          <div class="toolbar">
            <Choice
              name="Class"
              value={chosen}
              options={[
                { value: '', text: `any (${count(all.length)})` },
                ...[...classes]
                  .sort(([, a], [, b]) => b - a)
                  .map(([index, labels]) => ({ value: String(index), text: `${className(index)} (${count(labels)})` })),
              ]}
              onChange={(value) => changeParams({ class: value })}
            />
            <p>
              <a
                href={linkToView('images', chosen === '' ? { show: 'suspected' } : { class: chosen, which: 'missing' })}
              >
                {chosen === '' ? 'All' : 'These'} in the gallery
              </a>
            </p>
          </div>
          <Progressive items={listed} step={48} key={chosen}>
            {(shown) => (
              <ul class="cards tiles">
                {shown.map((one) => (
                  <Missing key={`${one.row} ${one.class}`} one={one} />
                ))}
              </ul>
            )}
          </Progressive>
          <Legend
            terms={[
              {
                name: 'likeness',
                meaning:
                  "How alike its map is to those of the class's true positives, and how alike those are to each other.",
              },
            ]}
          />
        </>
      )}
    </>
  );
}

function Missing({ one }: { one: PageMissingLabel }) {
  const { className } = useReport();
  return (
    <li class="card suspect">
      <AboutClass index={one.class}>
        <Thumb row={one.row} keep={{ class: one.class, which: 'missing' }} />
      </AboutClass>
      <div>
        <dl class="facts-list">
          <div>
            <dt>missing?</dt>
            <dd class="suspected">{className(one.class)}</dd>
          </div>
          <div>
            <dt>score</dt>
            <dd>{percent(one.score)}</dd>
          </div>
          {one.likeness && (
            <div>
              <dt>likeness</dt>
              <dd>
                {one.likeness.own.toFixed(2)} <small class="muted">usual {one.likeness.usual.toFixed(2)}</small>
              </dd>
            </div>
          )}
        </dl>
        <p class="muted">{one.reason}</p>
      </div>
    </li>
  );
}

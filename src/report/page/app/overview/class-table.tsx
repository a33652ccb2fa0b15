import { useMemo, useState } from 'preact/hooks';
import { Legend } from '../../../../shared/page/parts/explained.tsx';
import { Progressive } from '../../../../shared/page/parts/progressive.tsx';
import { linkToView } from '../../../../shared/page/route.ts';
import { count, percent } from '../../../../shared/page/text.ts';
import type { ClassFinding } from '../../../contract.ts';
import { SortHeader } from '../parts/sort-header.tsx';
import { useReport } from '../report-context.ts';
import { type ClassOrder, classColumns, sortClasses } from './class-order.ts';

export function ClassTable() {
  const { findings, className } = useReport();
  const [order, setOrder] = useState<ClassOrder>({ by: 'falseNegatives', descending: true });
  const [text, setText] = useState('');
  const classes = useMemo(() => {
    const wanted = text.toLowerCase();
    const found = findings.classes.filter((one) => className(one.class).toLowerCase().includes(wanted));
    return sortClasses(found, order, className);
  }, [findings, order, text]);

  const header = (by: ClassOrder['by'], title: string, meaning: string) => (
    <SortHeader
      key={by}
      by={by}
      title={title}
      meaning={meaning}
      order={order}
      isText={by === 'name'}
      onSort={setOrder}
    />
  );

  return (
    <>
      {findings.classes.length > 12 && (
        <label class="field">
          <span>Find a class</span>
          <input type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
      )}
      <Progressive items={classes} step={25} key={text}>
        {(shown) => (
          <div class="scroll">
            <table class="classes">
              <thead>
                <tr>
                  {header('name', 'class', 'Name of the class')}
                  {classColumns.map(({ name, title, meaning }) => header(name, title, meaning))}
                </tr>
              </thead>
              <tbody>
                {shown.map((one) => (
                  <ClassRow key={one.class} one={one} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Progressive>
      <Legend terms={classColumns.map(({ title, meaning }) => ({ name: title, meaning }))} />
    </>
  );
}

function ClassRow({ one }: { one: ClassFinding }) {
  const { className } = useReport();
  return (
    <tr>
      <th scope="row">
        <a href={linkToView('images', { label: one.class })}>{className(one.class)}</a>
      </th>
      <td class="number">{count(one.support)}</td>
      <ShareCell share={one.recall} />
      <ShareCell share={one.precision} />
      <td class="number">{one.f1 === null ? '–' : one.f1.toFixed(2)}</td>
      <td class="number">
        <MistakesLink images={one.falseNegatives} link={linkToView('images', { show: 'mistakes', label: one.class })} />
      </td>
      <td class="number">
        <MistakesLink
          images={one.falsePositives}
          link={linkToView('images', { show: 'mistakes', predicted: one.class })}
        />
      </td>
    </tr>
  );
}

export function ShareCell({ share }: { share: number | null }) {
  return (
    <td class="number share">
      {percent(share)}
      {share !== null && <progress class="bar" max={1} value={share} aria-hidden="true" />}
    </td>
  );
}

export function MistakesLink({ images, link }: { images: number; link: string }) {
  return images === 0 ? <>0</> : <a href={link}>{count(images)}</a>;
}

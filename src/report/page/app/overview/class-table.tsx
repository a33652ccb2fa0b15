import { linkToView } from '../../../../shared/page/route.ts';
import { count, percent } from '../../../../shared/page/text.ts';
import type { ClassFinding } from '../../../contract.ts';
import { SortedClasses } from '../parts/sorted-classes.tsx';
import { useReport } from '../report-context.ts';
import { classColumns } from './class-order.ts';

export function ClassTable() {
  const { findings } = useReport();
  return (
    <SortedClasses
      classes={findings.classes}
      columns={classColumns}
      by="falseNegatives"
      class="classes"
      hasSearchKey={false}
      row={(one) => <ClassRow key={one.class} one={one} />}
    />
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

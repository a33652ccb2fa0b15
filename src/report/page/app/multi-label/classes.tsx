import { linkToView, route } from '../../../../shared/page/route.ts';
import { counted } from '../../../../shared/page/text.ts';
import { useReport } from '../report-context.ts';
import { ClassPage } from './class-page.tsx';
import { MultiLabelClassTable } from './class-table.tsx';

/** All classes, or the one that the address names. */
export function Classes() {
  const { multi } = useReport();
  const { item } = route.value;
  if (!multi) return null;
  if (item !== '') {
    const one = /^\d+$/.test(item) ? multi.classOf(Number(item)) : undefined;
    if (one) return <ClassPage one={one} key={one.class} />;
    return (
      <>
        <h1 tabIndex={-1}>No such class</h1>
        <p>
          The model has no class {item}. <a href={linkToView('classes')}>All classes</a>
        </p>
      </>
    );
  }
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Classes</h1>
        <p class="muted">
          {counted(multi.classes.length, 'class', 'classes')}, each decided by itself. A class opens its
          precision-recall curve, where its threshold can be moved.
        </p>
      </header>
      <MultiLabelClassTable />
    </>
  );
}

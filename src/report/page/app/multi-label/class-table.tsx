import { useMemo } from 'preact/hooks';
import { linkToView } from '../../../../shared/page/route.ts';
import { count, percent, value } from '../../../../shared/page/text.ts';
import type { MultiLabelClass } from '../../../contract.ts';
import { MistakesLink, ShareCell } from '../overview/class-table.tsx';
import { SortedClasses } from '../parts/sorted-classes.tsx';
import { useReport } from '../report-context.ts';

const columns = [
  { name: 'positives', title: 'images', meaning: 'Images that are known to have the class.' },
  {
    name: 'averagePrecision',
    title: 'AP',
    meaning: 'Average precision: area under the precision-recall curve, whatever the threshold.',
  },
  {
    name: 'auroc',
    title: 'AUROC',
    meaning: 'Probability that an image with the class has a higher score than one without; 0.5 is chance.',
  },
  { name: 'recall', title: 'recall', meaning: 'Share of the images that have the class where it is decided.' },
  { name: 'precision', title: 'precision', meaning: 'Share of the images where it is decided that have it.' },
  { name: 'f1', title: 'F1', meaning: 'Harmonic mean of precision and recall at the threshold.' },
  { name: 'threshold', title: 'threshold', meaning: 'Score from which the class is decided.' },
  { name: 'falseNegatives', title: 'missed', meaning: 'False negatives: images that have it where it is not decided.' },
  {
    name: 'falsePositives',
    title: 'false alarms',
    meaning: 'False positives: images that do not have it where it is decided.',
  },
  {
    name: 'calibrationError',
    title: 'calibration',
    meaning:
      'Expected calibration error: mean difference between the score and the share of images that have the class.',
  },
] as const;

type Column = (typeof columns)[number]['name'];

type Row = MultiLabelClass & { calibrationError: number | null };

export function MultiLabelClassTable() {
  const { multi } = useReport();
  const classes = useMemo(
    () =>
      (multi?.classes ?? []).map((one): Row => ({ ...one, calibrationError: one.calibration?.expectedError ?? null })),
    [multi],
  );
  return (
    <SortedClasses<Column, Row>
      classes={classes}
      columns={columns}
      by="falsePositives"
      class="classes wide"
      hasSearchKey={true}
      row={(one) => <ClassRow key={one.class} one={one} />}
    />
  );
}

function ClassRow({ one }: { one: Row }) {
  const { className } = useReport();
  const number = (share: number | null) => <td class="number">{share === null ? '–' : share.toFixed(2)}</td>;
  const images = (which: string) => linkToView('images', { class: one.class, which });
  return (
    <tr>
      <th scope="row">
        <a href={linkToView(`classes/${one.class}`)}>{className(one.class)}</a>
      </th>
      <td class="number">{count(one.positives)}</td>
      {number(one.averagePrecision)}
      {number(one.auroc)}
      <ShareCell share={one.recall} />
      <ShareCell share={one.precision} />
      {number(one.f1)}
      <td class="number">{value(one.threshold)}</td>
      <td class="number">
        <MistakesLink images={one.falseNegatives} link={images('false-negative')} />
      </td>
      <td class="number">
        <MistakesLink images={one.falsePositives} link={images('false-positive')} />
      </td>
      <td class="number">{percent(one.calibrationError)}</td>
    </tr>
  );
}

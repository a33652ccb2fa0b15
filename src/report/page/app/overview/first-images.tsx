import { useMemo } from 'preact/hooks';
import { linkToView } from '../../../../shared/page/route.ts';
import { findImages, readQuery } from '../image-query.ts';
import { Strip } from '../parts/thumb.tsx';
import type { Report } from '../report.ts';
import { useReport } from '../report-context.ts';

/** One row beside a collection list, two without. */
const [fewShown, manyShown] = [6, 12];

/** Images to look at first: the surest mistakes that no claim explains; without labels, the least sure answers. */
export function FirstImages() {
  const report = useReport();
  const { counts, collect } = report.findings;
  const labelled = counts.labelled > 0;
  const query = firstQuery(report);
  const rows = useMemo(() => firstRows(report).slice(0, collect.length > 0 ? fewShown : manyShown), [report]);
  if (rows.length === 0) return null;
  const beyond = collect.length > 0 ? ' beyond these' : '';
  const title = labelled ? `${report.multi ? 'Most' : 'Surest'} mistakes${beyond}` : 'Least sure answers';
  return (
    <section aria-labelledby="first-images">
      <h2 id="first-images">{title}</h2>
      <Strip size="large" rows={rows} keep={query} />
      <p>
        <a href={linkToView('images', query)}>{labelled ? 'All mistakes' : 'All images, least sure first'}</a>
      </p>
    </section>
  );
}

function firstQuery({ findings, multi }: Report): Record<string, string> {
  if (findings.counts.labelled === 0) return { sort: 'unsure' };
  return multi ? { show: 'mistakes', sort: 'mistakes' } : { show: 'mistakes' };
}

function firstRows(report: Report): number[] {
  const query = readQuery(new URLSearchParams(firstQuery(report)));
  const { clusters, gaps } = report.findings;
  const explained = new Set([...clusters, ...gaps].filter(({ claimed }) => claimed).flatMap(({ images }) => images));
  return findImages(report, query).filter((row) => !explained.has(row) && !report.isSuspected(row));
}

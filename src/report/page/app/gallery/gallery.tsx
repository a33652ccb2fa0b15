import { useMemo } from 'preact/hooks';
import { type ParamValues, route } from '../../../../shared/page/route.ts';
import { counted } from '../../../../shared/page/text.ts';
import { askedClasses, findImages, queryParams, readQuery } from '../image-query.ts';
import { AboutClass } from '../multi-label/about-class.tsx';
import { useClasses } from '../multi-label/use-classes.ts';
import type { Layer } from '../parts/layer.ts';
import { usualPicture } from '../parts/thumb.tsx';
import type { Report } from '../report.ts';
import { useReport } from '../report-context.ts';
import { GalleryFilters } from './gallery-filters.tsx';
import { ThumbGrid } from './thumb-grid.tsx';

export function Gallery() {
  const report = useReport();
  const { params } = route.value;
  const keep = keptParams(params);
  const query = readQuery(params);
  const state = useClasses(askedClasses(report, query));
  const rows = useMemo(() => imagesOf(report, params), [report, keep, state]);
  const picture = readPicture(report, params.get('picture'));

  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Images</h1>
        <p class="muted" aria-live="polite">
          {counted(rows.length, 'image')}
          {report.selection && ' on this page; the notes of the overview say which'}
        </p>
      </header>
      <GalleryFilters picture={picture} />
      {rows.length === 0 ? (
        <p class="nothing">{noImages(state)}</p>
      ) : (
        <AboutClass index={query.about?.class ?? null} threshold={query.about?.threshold}>
          <ThumbGrid key={keep} rows={rows} picture={picture} keep={Object.fromEntries(new URLSearchParams(keep))} />
        </AboutClass>
      )}
    </>
  );
}

/** @param state of the classes that are asked about */
function noImages(state: boolean | string): string {
  if (typeof state === 'string') return state;
  return state ? 'No image fits these filters.' : 'Loading the classes.';
}

/** Rows of a query in its order; those of a cluster stay in the cluster's order unless sorted. */
export function imagesOf(report: Report, params: URLSearchParams): number[] {
  const query = readQuery(params);
  return findImages(report, query, query.inside === '' || params.has('sort'));
}

/** The parameters that decide which images there are, as text that is equal when they are. */
function keptParams(params: URLSearchParams): string {
  const kept = queryParams.flatMap((name): [string, string][] => {
    const value = params.get(name);
    return value === null ? [] : [[name, value]];
  });
  return new URLSearchParams(kept).toString();
}

export function keptValues(params: URLSearchParams): ParamValues {
  return Object.fromEntries(new URLSearchParams(keptParams(params)));
}

function readPicture(report: Report, text: string | null): Layer {
  if (text === 'seen') return 'seen';
  const place = text === null || !/^\d+$/.test(text) ? -1 : Number(text);
  return place >= 0 && place < report.maps.length ? place : usualPicture(report);
}

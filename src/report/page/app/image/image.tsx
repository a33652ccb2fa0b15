import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { mapOpacity } from '../../../../shared/page/parts/map-opacity.tsx';
import { changeParams, linkToView, route } from '../../../../shared/page/route.ts';
import { useKeys } from '../../../../shared/page/shell/keys.ts';
import { count } from '../../../../shared/page/text.ts';
import { type OpenedImage, openImage } from '../details.ts';
import { canExplore } from '../explore/server.ts';
import { imagesOf, keptValues } from '../gallery/gallery.tsx';
import { rememberRow } from '../gallery/thumb-grid.tsx';
import { askedClasses, readQuery } from '../image-query.ts';
import { classMapChoice } from '../multi-label/class-map-choice.ts';
import { useClasses } from '../multi-label/use-classes.ts';
import type { Report } from '../report.ts';
import { useReport } from '../report-context.ts';
import { EarlierPanel } from './earlier-panel.tsx';
import { ImageFacts } from './image-facts.tsx';
import { mapChoice } from './map-choice.ts';
import { MapControls } from './map-controls.tsx';
import { MapPanel } from './map-panel.tsx';

/** One image in full. */
export function ImageView() {
  const report = useReport();
  const { params } = route.value;
  const key = params.get('key') ?? '';
  const row = report.rowOf(key);
  if (row < 0) {
    return (
      <>
        <h1 tabIndex={-1}>No such image</h1>
        <p>
          This page has no image <code>{key}</code>. It may be quarantined, or left out of a page with many images.{' '}
          <a href={linkToView('images')}>All images</a>
        </p>
      </>
    );
  }
  return <OneImage row={row} report={report} params={params} />;
}

function OneImage({ row, report, params }: { row: number; report: Report; params: URLSearchParams }) {
  const keep = keptValues(params);
  const state = useClasses(askedClasses(report, readQuery(params)));
  const siblings = useMemo(() => imagesOf(report, params), [report, JSON.stringify(keep), state]);
  const at = siblings.indexOf(row);
  const opened = useOpenedImage(row);
  const choice = useMemo(
    () => (report.multi ? classMapChoice(report, opened.image, params) : mapChoice(report, row, params)),
    [report, row, params, report.multi && opened.image],
  );
  const opacity = mapOpacity(report.look.alpha);

  const step = (by: number) => {
    // From the image that the address names: two quick presses come before this view is drawn again.
    const now = siblings.indexOf(report.rowOf(route.value.params.get('key') ?? ''));
    const next = now < 0 ? undefined : siblings[now + by];
    // In place: the back button leads to the gallery, not through every image.
    if (next !== undefined) changeParams({ key: report.keyOf(next) }, 'replace');
  };
  const back = linkToView('images', keep);
  const { layer, method } = choice;
  const explore = canExplore ? linkToView('explore', { key: report.keyOf(row), layer, method }) : null;

  // As soon as it is shown: the next key may lead back to the gallery.
  useLayoutEffect(() => rememberRow(row), [row]);
  // The neighbours' data are ready when the arrow keys are pressed.
  useEffect(() => {
    for (const by of [1, -1]) {
      const next = siblings[at + by];
      if (next !== undefined) openImage(next).catch(() => undefined);
    }
  }, [siblings, at]);
  useKeys({
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    Escape: () => {
      location.hash = back;
    },
    l: () => changeParams({ layer: choice.nextLayer }, 'replace'),
    m: () => changeParams({ method: choice.nextMethod }, 'replace'),
    t: () => changeParams({ targets: choice.nextTargets.join(',') }, 'replace'),
    ...opacity.keys,
    e: () => {
      if (explore !== null) location.hash = explore;
    },
  });

  return (
    <>
      <nav class="crumbs" aria-label="Other images">
        <a href={back}>All {count(siblings.length)} of these images</a>
        <span>
          <button type="button" disabled={at <= 0} onClick={() => step(-1)}>
            ← previous
          </button>
          <span class="muted">{at < 0 ? '–' : `${count(at + 1)} of ${count(siblings.length)}`}</span>
          <button type="button" disabled={at < 0 || at >= siblings.length - 1} onClick={() => step(1)}>
            next →
          </button>
        </span>
      </nav>
      <header class="view-head">
        <h1 tabIndex={-1} class="key">
          {report.keyOf(row)}
        </h1>
        {explore !== null && (
          <p>
            <a href={explore}>Explore</a>
            <span class="muted"> other classes, layers and methods, and what is answered where parts are covered</span>
          </p>
        )}
      </header>
      <div class="image-view">
        <div class="image-maps">
          <MapControls choice={choice} opacity={opacity} />
          {opened.problem !== null && (
            <p class="nothing" role="alert">
              {opened.problem}
            </p>
          )}
          <div class={`panels panels-${choice.maps.length}`}>
            {choice.maps.map((map, place) => (
              <MapPanel
                key={map}
                row={row}
                map={map}
                opened={opened.image}
                opacity={opacity.value}
                name={choice.nameOf(choice.shownTargets[place] ?? '')}
              />
            ))}
            {choice.maps.length === 0 && (!report.multi || opened.image) && (
              <p class="nothing">This image has no map.</p>
            )}
            <EarlierPanel row={row} />
          </div>
        </div>
        <ImageFacts row={row} opened={opened.image} />
      </div>
    </>
  );
}

interface Opening {
  row: number;
  image: OpenedImage | null;
  problem: string | null;
}

function useOpenedImage(row: number): Opening {
  const [opening, setOpening] = useState<Opening>({ row, image: null, problem: null });
  useEffect(() => {
    let current = true;
    openImage(row).then(
      (image) => current && setOpening({ row, image, problem: null }),
      (error: Error) => current && setOpening({ row, image: null, problem: error.message }),
    );
    return () => {
      current = false;
    };
  }, [row]);
  return opening.row === row ? opening : { row, image: null, problem: null };
}

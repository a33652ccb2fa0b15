import { dot, type PlotOptions } from '@observablehq/plot';
import { useCallback, useState } from 'preact/hooks';
import { at } from '../../../../explain/at.ts';
import { Chart } from '../../../../shared/page/parts/chart.tsx';
import { linkToView } from '../../../../shared/page/route.ts';
import type { PageCluster, ScatterPoint } from '../../page-data.ts';
import { Strip } from '../parts/thumb.tsx';
import { useReport } from '../report-context.ts';

/** The cluster's images and correct ones of the class, near each other where the network saw alike. */
export function Scatter({ cluster }: { cluster: PageCluster }) {
  const report = useReport();
  const { images, correct } = cluster.embedding;
  const [picked, setPicked] = useState<number | null>(null);

  const options = useCallback((): PlotOptions => {
    const points = (data: ScatterPoint[], fill: string, symbol: string) =>
      dot(data, {
        x: ([, x]: ScatterPoint) => x,
        y: ([, , y]: ScatterPoint) => y,
        symbol: () => symbol,
        fill,
        fillOpacity: 0.75,
        r: 5,
        href: ([row]: ScatterPoint) => linkToView('image', { key: report.keyOf(row), inside: cluster.id }),
      });
    return {
      height: 320,
      margin: 12,
      x: { axis: null },
      y: { axis: null },
      symbol: { type: 'identity' },
      marks: [points(correct, 'var(--right)', 'square'), points(images, 'var(--wrong)', 'circle')],
    };
  }, [cluster]);

  const onDrawn = useCallback(
    (chart: Element) => {
      // Marks are drawn in the order of their data.
      const rows = [...correct, ...images].map(([row]) => row);
      const links = [...chart.querySelectorAll<SVGAElement>('a')];
      for (const [place, link] of links.entries()) link.setAttribute('aria-label', report.keyOf(at(rows, place)));
      return makeRoving(links, (place) => setPicked(rows[place] ?? null));
    },
    [cluster],
  );

  if (images.length === 0) return null;
  return (
    <div class="scatter">
      <figure>
        <Chart
          role="group"
          label={`Scatter plot of ${images.length} images of the cluster and ${correct.length} correct ones. Near points looked alike to the network. Arrow keys go from point to point.`}
          options={options}
          onDrawn={onDrawn}
        />
        <figcaption class="muted">
          <span class="dot wrong" /> this cluster <span class="dot square right" /> correct images of the class. Near
          means that the network saw alike; the axes have no unit.
        </figcaption>
      </figure>
      <div class="picked" aria-live="polite">
        {picked === null ? (
          <p class="muted">Point at a dot, or use Tab and the arrow keys, to see its image; Enter opens it.</p>
        ) : (
          <Strip rows={[picked]} keep={{ inside: cluster.id }} />
        )}
      </div>
    </div>
  );
}

/** One link takes part in the tab order, arrow keys go to the next from left to right. @returns undoes it */
function makeRoving(links: SVGAElement[], onPick: (place: number) => void): () => void {
  const order = links
    .map((link, place) => ({ link, place, x: link.getBoundingClientRect().x }))
    .sort((a, b) => a.x - b.x);
  const controller = new AbortController();
  const { signal } = controller;
  for (const [at, { link, place }] of order.entries()) {
    link.setAttribute('tabindex', at === 0 ? '0' : '-1');
    link.addEventListener('pointerenter', () => onPick(place), { signal });
    link.addEventListener('focus', () => onPick(place), { signal });
    link.addEventListener(
      'keydown',
      (event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        const next = step === undefined ? undefined : order[at + step];
        if (!next) return;
        event.preventDefault();
        link.setAttribute('tabindex', '-1');
        next.link.setAttribute('tabindex', '0');
        next.link.focus();
      },
      { signal },
    );
  }
  return () => controller.abort();
}

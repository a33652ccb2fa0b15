import { type PlotOptions, plot } from '@observablehq/plot';
import { useEffect, useRef, useState } from 'preact/hooks';

interface ChartProps {
  /** What the chart shows, for those who cannot see it. */
  label: string;
  /** `group` when its marks are links. Default: `img`, a picture as a whole. */
  role?: 'img' | 'group';
  /** Called again when the width, in CSS pixels, changes. Keep its identity between renderings: `useCallback`. */
  options: (width: number) => PlotOptions;
  /** Called with the drawn chart; returns what undoes it. Keep its identity as well. */
  onDrawn?: (chart: Element) => () => void;
}

/** A chart as wide as its place. */
export function Chart({ label, role = 'img', options, onDrawn }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const element = place.current;
    if (!element || width === 0) return;
    const chart = plot({ ariaLabel: label, ...options(width), width });
    chart.setAttribute('role', role);
    // Names without a role, which say only `dot` or `line`.
    for (const mark of chart.querySelectorAll('g[aria-label]')) mark.removeAttribute('aria-label');
    element.replaceChildren(chart);
    return onDrawn?.(chart);
  }, [label, role, options, onDrawn, width]);

  return <div class="chart" ref={place} />;
}

import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Region } from '../../../../explore/contract.ts';
import { mostRegions } from '../../../../explore/terms.ts';
import { middleRegion, movedRegion, regionBetween, resizedRegion } from './regions.ts';

interface CoverStageProps {
  name: string;
  picture: string;
  size: { width: number; height: number };
  regions: readonly Region[];
  setRegions: (regions: readonly Region[]) => void;
  /** The map over the picture. */
  children: ComponentChildren;
}

interface Point {
  x: number;
  y: number;
}

/** The picture, on which regions are drawn by pointer, and moved by keys. */
export function CoverStage({ name, picture, size, regions, setRegions, children }: CoverStageProps) {
  const start = useRef<Point | null>(null);
  const [drawn, setDrawn] = useState<Region | null>(null);
  const last = regions.at(-1);

  const pointOf = (event: PointerEvent & { currentTarget: HTMLElement }): Point => {
    const box = event.currentTarget.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * size.width,
      y: ((event.clientY - box.top) / box.height) * size.height,
    };
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const next = afterKey(event, regions, size);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    setRegions(next);
  };

  return (
    <div
      class="stage cover-stage"
      role="slider"
      aria-label={`${name}: Enter covers its middle, arrow keys move what is covered, with Shift they resize it, Delete uncovers it`}
      aria-valuemin={0}
      aria-valuemax={size.width}
      aria-valuenow={last?.left ?? 0}
      aria-valuetext={last ? describe(last) : 'nothing is covered'}
      tabIndex={0}
      style={stageStyle(size)}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = pointOf(event);
        setDrawn(null);
      }}
      onPointerMove={(event) => {
        if (start.current) setDrawn(regionBetween(start.current, pointOf(event), size));
      }}
      onPointerUp={(event) => {
        const region = start.current && regionBetween(start.current, pointOf(event), size);
        start.current = null;
        setDrawn(null);
        if (region) setRegions([...regions, region].slice(-mostRegions));
      }}
      onPointerCancel={() => {
        start.current = null;
        setDrawn(null);
      }}
      onKeyDown={onKeyDown}
    >
      <img src={picture} alt="" draggable={false} />
      {children}
      {[...regions, ...(drawn ? [drawn] : [])].map((region, at) => (
        <span
          key={at}
          class={`region ${region === drawn ? 'drawn' : ''}`}
          style={{
            left: `${(region.left / size.width) * 100}%`,
            top: `${(region.top / size.height) * 100}%`,
            width: `${(region.width / size.width) * 100}%`,
            height: `${(region.height / size.height) * 100}%`,
          }}
        />
      ))}
    </div>
  );
}

/** In the picture's own proportions, and never higher than the window. */
export function stageStyle({ width, height }: { width: number; height: number }) {
  return { aspectRatio: `${width} / ${height}`, maxWidth: `${(74 * width) / height}vh` };
}

function describe({ left, top, width, height }: Region): string {
  return `${width} by ${height} pixels are covered at ${left}, ${top}`;
}

/** What a key makes of the regions; null for keys that mean nothing here. */
function afterKey(
  { key, shiftKey }: KeyboardEvent,
  regions: readonly Region[],
  size: { width: number; height: number },
): readonly Region[] | null {
  const last = regions.at(-1);
  const others = regions.slice(0, -1);
  if (key === 'Enter') return [...regions, middleRegion(size)].slice(-mostRegions);
  if (key === 'Delete' || key === 'Backspace') return last ? others : null;
  const step = Math.max(1, Math.round(Math.max(size.width, size.height) / 40));
  const steps: Record<string, Point> = {
    ArrowLeft: { x: -step, y: 0 },
    ArrowRight: { x: step, y: 0 },
    ArrowUp: { x: 0, y: -step },
    ArrowDown: { x: 0, y: step },
  };
  const by = steps[key];
  if (!by || !last) return null;
  return [...others, shiftKey ? resizedRegion(last, by, size) : movedRegion(last, by, size)];
}

import { useState } from 'preact/hooks';
import type { MapDetails } from '../../page-data.ts';
import type { Heatmap } from '../details.ts';
import { HeatmapCanvas } from '../parts/heatmap-canvas.tsx';
import { useReport } from '../report-context.ts';
import { cellText } from './cell-text.ts';

interface MapStageProps {
  name: string;
  seen: string | null;
  overlay: string | null;
  /** Null: there is none, or it says nothing. */
  heatmap: Heatmap | null;
  details: MapDetails | null;
  opacity: number;
  /** The cell that is pointed at. */
  cell: number | null;
  setCell: (cell: number | null) => void;
}

/** Pixels of the canvas for a picture whose own size is not known. */
const usualSize = { width: 224, height: 224 };

/** The picture, the map over it, its peak, and the cell under the pointer. Arrow keys move that cell. */
export function MapStage({ name, seen, overlay, heatmap, details, opacity, cell, setCell }: MapStageProps) {
  const { look } = useReport();
  const [size, setSize] = useState(usualSize);
  const [broken, setBroken] = useState('');
  const picture = seen !== null && seen !== broken ? seen : null;
  // Without the plain picture, or without values to draw, the finished overlay is the best there is.
  const finished = picture === null || heatmap === null ? (overlay !== broken ? overlay : null) : null;
  const shown = picture !== null && heatmap !== null ? picture : (finished ?? picture);

  const point = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    if (!heatmap) return;
    const box = event.currentTarget.getBoundingClientRect();
    const column = clamp(Math.floor(((event.clientX - box.left) / box.width) * heatmap.width), heatmap.width);
    const row = clamp(Math.floor(((event.clientY - box.top) / box.height) * heatmap.height), heatmap.height);
    setCell(row * heatmap.width + column);
  };
  const move = (event: KeyboardEvent) => {
    if (!heatmap || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = stepOf(event.key, heatmap.width);
    if (step === null) return;
    event.preventDefault();
    event.stopPropagation();
    const from = cell ?? peakOf(heatmap);
    const next = cell === null ? from : from + step;
    const leavesRow = Math.abs(step) === 1 && Math.floor(next / heatmap.width) !== Math.floor(from / heatmap.width);
    if (next >= 0 && next < heatmap.values.length && !leavesRow) setCell(next);
  };

  return (
    <div
      class="stage"
      role="slider"
      aria-label={`${name}: arrow keys go from cell to cell`}
      aria-valuemin={0}
      aria-valuemax={heatmap ? heatmap.values.length - 1 : 0}
      aria-valuenow={cell ?? 0}
      aria-valuetext={heatmap && cell !== null ? cellText(heatmap, cell) : 'no cell chosen'}
      tabIndex={0}
      style={{ aspectRatio: `${size.width} / ${size.height}` }}
      onPointerMove={point}
      onPointerDown={point}
      // A finger that is lifted leaves too, and its value is to be read then.
      onPointerLeave={({ pointerType }) => pointerType === 'mouse' && setCell(null)}
      onKeyDown={move}
    >
      {shown !== null && (
        <img
          src={shown}
          alt=""
          draggable={false}
          onLoad={({ currentTarget }) =>
            setSize({ width: currentTarget.naturalWidth, height: currentTarget.naturalHeight })
          }
          onError={() => setBroken(shown)}
        />
      )}
      {shown === null && <span class="empty">No picture was written for this image.</span>}
      {heatmap && finished === null && (
        <div class="map-layer" style={{ opacity: picture === null ? 1 : opacity }}>
          <HeatmapCanvas heatmap={heatmap} look={look} width={size.width} height={size.height} />
        </div>
      )}
      {heatmap && details && opacity > 0 && <Peak heatmap={heatmap} />}
      {heatmap && cell !== null && <CellOutline heatmap={heatmap} cell={cell} />}
    </div>
  );
}

function Peak({ heatmap }: { heatmap: Heatmap }) {
  const at = peakOf(heatmap);
  const left = ((at % heatmap.width) + 0.5) / heatmap.width;
  const top = (Math.floor(at / heatmap.width) + 0.5) / heatmap.height;
  return <span class="peak" style={{ left: `${left * 100}%`, top: `${top * 100}%` }} title="Peak of the map" />;
}

function CellOutline({ heatmap: { height, width }, cell }: { heatmap: Heatmap; cell: number }) {
  return (
    <span
      class="cell-outline"
      style={{
        left: `${((cell % width) / width) * 100}%`,
        top: `${(Math.floor(cell / width) / height) * 100}%`,
        width: `${100 / width}%`,
        height: `${100 / height}%`,
      }}
    />
  );
}

function peakOf({ values }: Heatmap): number {
  return values.reduce((best, value, at) => (value > (values[best] ?? 0) ? at : best), 0);
}

function stepOf(key: string, width: number): number | null {
  const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -width, ArrowDown: width };
  return steps[key] ?? null;
}

function clamp(place: number, count: number): number {
  return Math.min(Math.max(place, 0), count - 1);
}

import { useEffect, useState } from 'preact/hooks';
import { type Heatmap, openImage } from '../details.ts';
import { HeatmapCanvas } from '../parts/heatmap-canvas.tsx';
import { useReport } from '../report-context.ts';
import type { EarlierLookup } from './earlier-maps.ts';

/** Pixels of the canvas: as many as small pictures have. */
const side = 160;

interface MapOverPictureProps {
  row: number;
  heatmap: Heatmap;
  /** Whether the map covers the same part of the image as this run's picture. */
  overPicture: boolean;
}

/** A map in the run's colours over the image as the model saw it; alone where there is no such picture. */
function MapOverPicture({ row, heatmap, overPicture }: MapOverPictureProps) {
  const { look, seenLink } = useReport();
  const [broken, setBroken] = useState(false);
  const seen = overPicture && !broken ? seenLink(row) : null;
  return (
    <span class="two-maps-picture">
      {seen !== null && <img src={seen} alt="" decoding="async" loading="lazy" onError={() => setBroken(true)} />}
      <span class="map-layer" style={{ opacity: seen === null ? 1 : look.alpha }}>
        <HeatmapCanvas heatmap={heatmap} look={look} width={side} height={side} />
      </span>
    </span>
  );
}

interface EarlierMapProps {
  row: number;
  /** The class, where images may have several labels. */
  index?: number;
  earlier: EarlierLookup | string | null;
}

export function EarlierMap({ row, index, earlier }: EarlierMapProps) {
  const { changes } = useReport();
  const missing = (text: string) => <span class="two-maps-picture empty">{text}</span>;
  if (earlier === null) return missing('');
  if (typeof earlier === 'string') return missing(earlier);
  if (!changes?.elsewhere && !changes?.pairs?.maps) return missing('The runs have no map in common.');
  const heatmap = earlier.mapOf(row, index);
  if (!heatmap) {
    return missing(`The earlier run has no map of this ${index === undefined ? 'image' : 'class'}.`);
  }
  return <MapOverPicture row={row} heatmap={heatmap} overPicture={changes.samePreprocess} />;
}

/** One of this run's maps, which its place names: the overlay that it wrote, else drawn from its values; -1: the plain picture. */
export function PresentMap({ row, map }: { row: number; map: number }) {
  const report = useReport();
  const overlay = map >= 0 ? report.overlayLink(row, map) : null;
  const [broken, setBroken] = useState(false);
  const [heatmap, setHeatmap] = useState<Heatmap | null>(null);
  // Overlays on the whole original do not lie beside the earlier map, which is drawn over what the model saw.
  const draws = overlay === null || broken || report.look.on === 'original';

  useEffect(() => {
    if (!draws || map < 0) return;
    let current = true;
    openImage(row).then(
      ({ heatmaps }) => current && setHeatmap(heatmaps[map] ?? null),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [row, map, draws]);

  if (!draws) {
    return (
      <span class="two-maps-picture">
        <img src={overlay} alt="" decoding="async" loading="lazy" onError={() => setBroken(true)} />
      </span>
    );
  }
  if (heatmap) return <MapOverPicture row={row} heatmap={heatmap} overPicture />;
  const seen = report.seenLink(row);
  return (
    <span class={`two-maps-picture ${seen ? '' : 'empty'}`}>
      {seen ? <img src={seen} alt="" decoding="async" loading="lazy" /> : 'no picture'}
    </span>
  );
}

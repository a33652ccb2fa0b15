import { useEffect, useState } from 'preact/hooks';
import { type Heatmap, openImage } from '../details.ts';
import { HeatmapCanvas } from '../parts/heatmap-canvas.tsx';
import { usualPicture } from '../parts/thumb.tsx';
import type { Report } from '../report.ts';
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
  earlier: EarlierLookup | string | null;
}

export function EarlierMap({ row, earlier }: EarlierMapProps) {
  const { changes } = useReport();
  const missing = (text: string) => <span class="two-maps-picture empty">{text}</span>;
  if (earlier === null) return missing('');
  if (typeof earlier === 'string') return missing(earlier);
  if (!changes?.elsewhere) return missing('The runs have no map in common.');
  const heatmap = earlier.mapOf(row);
  if (!heatmap) return missing('The earlier run has no map of this image.');
  return <MapOverPicture row={row} heatmap={heatmap} overPicture={changes.samePreprocess} />;
}

/** Of several labels no maps are compared: the image's highest class. */
function usualMap(report: Report): number {
  const usual = report.multi ? usualPicture(report) : 'seen';
  return usual === 'seen' ? -1 : usual;
}

/** This run's map of the same layer, method and target: the overlay that it wrote, else drawn from its values. */
export function PresentMap({ row }: { row: number }) {
  const report = useReport();
  const id = report.changes?.elsewhere?.map;
  const map = id ? report.mapIndex(id) : usualMap(report);
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

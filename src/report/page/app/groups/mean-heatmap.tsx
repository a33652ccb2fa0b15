import { useMemo } from 'preact/hooks';
import { HeatmapCanvas } from '../parts/heatmap-canvas.tsx';
import { useReport } from '../report-context.ts';

const side = 32;

/** Where the images of a group were looked at, on average. @param heatmap 32 x 32, row by row, 0 to 1 */
export function MeanHeatmap({ heatmap, place, size }: { heatmap: number[]; place: string; size: 'small' | 'large' }) {
  const { look } = useReport();
  const map = useMemo(() => ({ height: side, width: side, values: Float32Array.from(heatmap) }), [heatmap]);
  return (
    <figure class={`mean-heatmap ${size}`}>
      <div role="img" aria-label={`Mean heatmap: ${place}`}>
        <HeatmapCanvas heatmap={map} look={{ ...look, scale: 'image' }} width={224} height={224} />
      </div>
      <figcaption>{place}</figcaption>
    </figure>
  );
}

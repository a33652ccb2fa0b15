import { areaY, lineY, ruleY } from '@observablehq/plot';
import { useCallback } from 'preact/hooks';
import { Chart } from '../../../shared/page/parts/chart.tsx';
import type { RatePoint } from '../../contract.ts';
import { clockText, rateText } from '../times.ts';

interface ThroughputChartProps {
  points: readonly RatePoint[];
  /** What of: `this run`, `all runs in the last hour`. */
  of: string;
}

/** Images a second over time. */
export function ThroughputChart({ points, of }: ThroughputChartProps) {
  const options = useCallback(
    (width: number) => {
      const data = [...points, ...endOf(points)].map(([time, rate]) => ({ time: new Date(time), rate }));
      return {
        height: width < 500 ? 130 : 160,
        marginLeft: 44,
        marginRight: 18,
        marginTop: 24,
        x: {
          type: 'time' as const,
          label: null,
          ticks: Math.max(3, Math.floor(width / 140)),
          tickFormat: clockText(spanOf(points)),
        },
        // While nothing is done all of it is 0, which would have no scale.
        y: { label: 'images/s', grid: true, nice: true, ticks: 4, domain: [0, mostOf(points) || 1] },
        marks: [
          areaY(data, {
            x: 'time',
            y: 'rate',
            fill: 'var(--chart-fill)',
            fillOpacity: 0.6,
            curve: 'step-after' as const,
          }),
          lineY(data, {
            x: 'time',
            y: 'rate',
            stroke: 'var(--accent)',
            strokeWidth: 1.5,
            curve: 'step-after' as const,
          }),
          ruleY([0]),
        ],
      };
    },
    [points],
  );
  const latest = points.at(-1)?.[1] ?? 0;
  const most = mostOf(points);
  if (points.length < 2) {
    return <p class="nothing">The chart begins once this dashboard has watched for half a minute.</p>;
  }
  const label = `Images a second of ${of}: ${rateText(latest)} now, at most ${rateText(most)}.`;
  return <Chart label={label} options={options} />;
}

function mostOf(points: readonly RatePoint[]): number {
  return Math.max(0, ...points.map(([, rate]) => rate));
}

/** Milliseconds from the first point to the last. */
function spanOf(points: readonly RatePoint[]): number {
  return (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0);
}

/** A point begins a span of time, and the last one has an end, too. */
function endOf(points: readonly RatePoint[]): RatePoint[] {
  const [before, last] = points.slice(-2);
  return before && last ? [[2 * last[0] - before[0], last[1]]] : [];
}

import { dot, line, type PlotOptions, ruleY } from '@observablehq/plot';
import { useCallback, useRef } from 'preact/hooks';
import { Chart } from '../../../../shared/page/parts/chart.tsx';
import { percent, value } from '../../../../shared/page/text.ts';
import type { MultiLabelClass } from '../../../contract.ts';
import type { Rates } from './outcome.ts';
import { nearestPoint, pointAt } from './thresholds.ts';

/** Of the chart, in CSS pixels: the handle lies above it and finds its place by them. */
const height = 300;
/** CSS pixels that a finger goes sideways before it chooses: up and down it scrolls the page, and must leave the threshold as it is. */
const sideways = 6;
const margins = { marginTop: 24, marginRight: 24, marginBottom: 40, marginLeft: 44 };

const handle = 'precision-recall-handle';

interface PrecisionRecallProps {
  one: MultiLabelClass;
  threshold: number;
  /** At the threshold. */
  rates: Rates;
  onChoose: (threshold: number) => void;
}

/** The curve of a class, with a handle at the threshold. The slider beside it does the same from the keyboard. */
export function PrecisionRecall({ one, threshold, rates, onChoose }: PrecisionRecallProps) {
  const plane = useRef<HTMLDivElement>(null);
  /** Where a finger came down that may yet scroll the page; null: what moves chooses. */
  const cameDown = useRef<number | null>(null);
  const options = useCallback((): PlotOptions => {
    const marked = [
      { of: pointAt(one, one.threshold), symbol: 'square', title: `The run's threshold, ${value(one.threshold)}` },
      { of: one.bestF1 && pointAt(one, one.bestF1.threshold), symbol: 'triangle', title: 'The highest F1' },
    ].flatMap(({ of: point, ...mark }) => (point ? [{ ...point, ...mark }] : []));
    const prevalence = one.positives / Math.max(1, one.positives + one.negatives);
    return {
      ...margins,
      height,
      x: { domain: [0, 1], label: 'recall', tickFormat: '.0%', ticks: 5 },
      y: { domain: [0, 1], label: 'precision', tickFormat: '.0%', grid: true, ticks: 5 },
      symbol: { type: 'identity' },
      marks: [
        ruleY([0]),
        ruleY([prevalence], { stroke: 'var(--muted)', strokeDasharray: '4 4' }),
        // Average precision is the area below these steps.
        line(one.curve, {
          x: 'recall',
          y: 'precision',
          stroke: 'var(--accent)',
          strokeWidth: 1.75,
          curve: 'step-before',
        }),
        dot(marked, {
          x: 'recall',
          y: 'precision',
          symbol: 'symbol',
          fill: 'var(--surface)',
          stroke: 'var(--accent)',
          r: 4.5,
          title: 'title',
        }),
      ],
    };
  }, [one]);

  const choose = ({ clientX, clientY }: PointerEvent) => {
    const box = plane.current?.getBoundingClientRect();
    if (!box) return;
    const point = nearestPoint(one, {
      recall: (clientX - box.left) / box.width,
      precision: 1 - (clientY - box.top) / box.height,
    });
    if (point) onChoose(point.threshold);
  };

  const { precision, recall } = rates;
  return (
    <figure class="precision-recall">
      <div class="precision-recall-place">
        <Chart
          label={`Precision against recall of ${one.curve.length} thresholds. The slider beside it goes through them.`}
          options={options}
        />
        <div
          ref={plane}
          class="precision-recall-plane"
          style={{
            top: `${margins.marginTop}px`,
            right: `${margins.marginRight}px`,
            bottom: `${margins.marginBottom}px`,
            left: `${margins.marginLeft}px`,
          }}
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            const isOnHandle = event.target instanceof Element && event.target.closest(`.${handle}`) !== null;
            cameDown.current = event.pointerType === 'touch' && !isOnHandle ? event.clientX : null;
            if (cameDown.current === null) choose(event);
          }}
          onPointerMove={(event) => {
            if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
            if (cameDown.current !== null && Math.abs(event.clientX - cameDown.current) < sideways) return;
            cameDown.current = null;
            choose(event);
          }}
          onPointerUp={(event) => {
            // A tap.
            if (cameDown.current !== null) choose(event);
            cameDown.current = null;
          }}
          onPointerCancel={() => {
            cameDown.current = null;
          }}
        >
          {precision !== null && recall !== null && (
            <span
              class={handle}
              style={{ left: `${recall * 100}%`, top: `${(1 - precision) * 100}%` }}
              title={`Threshold ${value(threshold)}: precision ${percent(precision)}, recall ${percent(recall)}`}
            />
          )}
        </div>
      </div>
      <figcaption class="muted">
        Drag the ring along the curve. Square: the run's threshold; triangle: the highest F1; dashed: the precision of
        deciding every image.
      </figcaption>
    </figure>
  );
}

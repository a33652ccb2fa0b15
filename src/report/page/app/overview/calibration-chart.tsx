import { dot, line, type PlotOptions, rectY, ruleY } from '@observablehq/plot';
import { useCallback } from 'preact/hooks';
import { Chart } from '../../../../shared/page/parts/chart.tsx';
import { Stat } from '../../../../shared/page/parts/explained.tsx';
import { count, percent } from '../../../../shared/page/text.ts';
import type { Calibration } from '../../../contract.ts';

/** The same for both charts, so that their bins stand above each other. */
const margins = { marginTop: 24, marginRight: 24, marginLeft: 44 };

interface CalibrationChartProps {
  calibration: Calibration;
  /** What the scores are of. */
  of?: keyof typeof wordings;
}

const wordings = {
  predicted: { score: 'score of the predicted class', share: 'share that is correct', right: 'correct' },
  class: { score: 'score of the class', share: 'share that has it', right: 'have it' },
} as const;

/** Confidence against accuracy (a reliability diagram, Guo et al. 2017), with how many images each bin holds. */
export function CalibrationChart({ calibration, of = 'predicted' }: CalibrationChartProps) {
  const words = wordings[of];
  const bins = calibration.bins.filter((bin) => bin.count > 0);
  const reliability = useCallback(
    (): PlotOptions => ({
      ...margins,
      height: 270,
      marginBottom: 40,
      x: { domain: [0, 1], label: words.score, tickFormat: '.0%', ticks: 5 },
      y: { domain: [0, 1], label: words.share, tickFormat: '.0%', grid: true, ticks: 5 },
      marks: [
        rectY(bins, {
          x1: 'from',
          x2: 'to',
          y: 'accuracy',
          fill: 'var(--chart-fill)',
          inset: 1,
          title: ({ from, to, count: images, confidence, accuracy }) =>
            `Scores ${percent(from)} to ${percent(to)}: ${count(images)} images, mean score ${percent(confidence)}, ${percent(accuracy)} ${words.right}`,
        }),
        line(
          [
            [0, 0],
            [1, 1],
          ],
          { stroke: 'var(--muted)', strokeDasharray: '4 4' },
        ),
        dot(bins, { x: 'confidence', y: 'accuracy', fill: 'var(--accent)', r: 3.5 }),
        ruleY([0]),
      ],
    }),
    [calibration, words],
  );
  const amounts = useCallback(
    (): PlotOptions => ({
      ...margins,
      height: 76,
      marginBottom: 6,
      x: { domain: [0, 1], axis: null },
      y: { label: 'images', ticks: 2, tickFormat: '~s' },
      marks: [rectY(bins, { x1: 'from', x2: 'to', y: 'count', fill: 'var(--chart-fill)', inset: 1 }), ruleY([0])],
    }),
    [calibration],
  );
  return (
    <>
      <div class="stats small">
        <Stat
          name="expected error"
          meaning="Expected calibration error: the mean difference between score and accuracy over the bins, weighted by their images. 0 is perfect."
        >
          {percent(calibration.expectedError)}
        </Stat>
        <Stat name="largest error" meaning="The largest difference between mean score and accuracy in any bin.">
          {percent(calibration.maximumError)}
        </Stat>
      </div>
      <Chart
        label="Reliability diagram: for each range of scores, the share of images that are correct. On the dashed line a score of 70% means 70% correct."
        options={reliability}
      />
      <Chart label="Number of images in each range of scores" options={amounts} />
      <details class="legend">
        <summary>How to read it, and the numbers</summary>
        <p>
          Bars on the dashed line: a score of 70% is right 7 times in 10. Below it the model is too sure of itself,
          above it too modest.
        </p>
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">scores</th>
                <th scope="col" class="number">
                  images
                </th>
                <th scope="col" class="number">
                  mean score
                </th>
                <th scope="col" class="number">
                  {words.right}
                </th>
              </tr>
            </thead>
            <tbody>
              {bins.map((bin) => (
                <tr key={bin.from}>
                  <th scope="row">
                    {percent(bin.from)} to {percent(bin.to)}
                  </th>
                  <td class="number">{count(bin.count)}</td>
                  <td class="number">{percent(bin.confidence)}</td>
                  <td class="number">{percent(bin.accuracy)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}

import { useMemo, useState } from 'preact/hooks';
import { percent, value } from '../../../../shared/page/text.ts';
import type { MultiLabelClass } from '../../../contract.ts';
import type { Rates } from './outcome.ts';
import { nearestStep, thresholdSteps } from './thresholds.ts';

interface ThresholdControlsProps {
  one: MultiLabelClass;
  threshold: number;
  rates: Rates;
  onChoose: (threshold: number) => void;
}

/** The slider stops at every threshold that changes something; a number can be typed as well. */
export function ThresholdControls({ one, threshold, rates, onChoose }: ThresholdControlsProps) {
  const steps = useMemo(() => thresholdSteps(one), [one]);
  const usual = [
    { name: `The run's: ${value(one.threshold)}`, threshold: one.threshold },
    ...(one.bestF1 ? [{ name: `Highest F1: ${value(one.bestF1.threshold)}`, threshold: one.bestF1.threshold }] : []),
  ];
  /** What is being typed: whatever is drawn anew meanwhile must not take its place. */
  const [draft, setDraft] = useState<string | null>(null);
  const type = (text: string) => {
    setDraft(null);
    const typed = Number(text);
    if (text.trim() !== '' && typed >= 0 && typed <= 1) onChoose(typed);
  };
  return (
    <div class="toolbar threshold">
      <label class="field grow">
        <span>Decided from this score on</span>
        <input
          type="range"
          min="0"
          max={steps.length - 1}
          value={nearestStep(steps, threshold)}
          aria-valuetext={`${value(threshold)}: precision ${percent(rates.precision)}, recall ${percent(rates.recall)}`}
          onInput={(event) => onChoose(steps[Number(event.currentTarget.value)] ?? threshold)}
        />
      </label>
      <label class="field">
        <span>Threshold</span>
        <input
          type="number"
          min="0"
          max="1"
          step="any"
          value={draft ?? Number(threshold.toPrecision(4))}
          onInput={(event) => setDraft(event.currentTarget.value)}
          onBlur={() => setDraft(null)}
          onChange={(event) => type(event.currentTarget.value)}
        />
      </label>
      {usual.map(({ name, threshold: own }) => (
        <button key={name} type="button" aria-pressed={own === threshold} onClick={() => onChoose(own)}>
          {name}
        </button>
      ))}
    </div>
  );
}

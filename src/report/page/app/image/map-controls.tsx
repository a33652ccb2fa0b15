import { Choice } from '../../../../shared/page/parts/choice.tsx';
import { type MapOpacity, OpacityField } from '../../../../shared/page/parts/map-opacity.tsx';
import { changeParams } from '../../../../shared/page/route.ts';
import { useReport } from '../report-context.ts';
import type { MapChoice } from './map-choice.ts';

interface MapControlsProps {
  choice: MapChoice;
  opacity: MapOpacity;
}

export function MapControls({ choice, opacity }: MapControlsProps) {
  const { layerName } = useReport();
  const toggle = (target: string) => {
    const shown = choice.shownTargets.includes(target)
      ? choice.shownTargets.filter((one) => one !== target)
      : [...choice.shownTargets, target];
    changeParams({ targets: shown.join(',') }, 'replace');
  };
  return (
    <div class="toolbar">
      <Choice
        name="Layer"
        value={choice.layer}
        options={choice.layers.map((layer) => ({ value: layer, text: layerName(layer) }))}
        onChange={(layer) => changeParams({ layer }, 'replace')}
      />
      <Choice
        name="Method"
        value={choice.method}
        options={choice.methods.map((method) => ({ value: method, text: method }))}
        onChange={(method) => changeParams({ method }, 'replace')}
      />
      <fieldset class="field toggles">
        <legend>Maps for</legend>
        {choice.targets.map((target) => (
          <button
            key={target}
            type="button"
            aria-pressed={choice.shownTargets.includes(target)}
            onClick={() => toggle(target)}
          >
            {choice.nameOf(target)}
          </button>
        ))}
      </fieldset>
      <OpacityField opacity={opacity} />
    </div>
  );
}

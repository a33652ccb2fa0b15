import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ClassNames, parseClassIndex } from '../../explain/class-names.ts';
import { HeatmapCanvas } from '../../report/page/app/parts/heatmap-canvas.tsx';
import { Choice } from '../../shared/page/parts/choice.tsx';
import { mapOpacity, OpacityField } from '../../shared/page/parts/map-opacity.tsx';
import { TypedField } from '../../shared/page/parts/typed-field.tsx';
import { changeParams, route } from '../../shared/page/route.ts';
import { useKeys } from '../../shared/page/shell/keys.ts';
import { percent, value } from '../../shared/page/text.ts';
import type { PageExplanation, PageMap, PageSettings, Running } from '../contract.ts';
import { loading } from './model.ts';
import { OpenPicture } from './open-picture.tsx';
import { askFor, problem, type Shown, shown, waiting } from './picture.ts';
import { PixelCanvas } from './pixel-canvas.tsx';

const usualOpacity = 0.6;
const bestShown = 5;

export function Explain() {
  const state = loading.value;
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>{state.state === 'ready' ? state.settings.title : 'What the model looks at'}</h1>
      </header>
      {state.state === 'loading' && (
        <p class="model-loading">
          <label>
            {loadingText(state)}
            <progress class="bar" max={Math.max(state.total, 1)} value={state.loaded} />
          </label>
        </p>
      )}
      {state.state === 'failed' && (
        <p class="nothing wrong" role="alert">
          {state.message}
        </p>
      )}
      {state.state === 'ready' && <Ready settings={state.settings} running={state.running} />}
    </>
  );
}

function loadingText({ loaded, total }: { loaded: number; total: number }): string {
  if (total > 0 && loaded === total) return 'Preparing the model';
  return total > 0 ? `Loading the model, ${(total / 1e6).toFixed(0)} MB` : 'Loading the model';
}

function Ready({ settings, running }: { settings: PageSettings; running: Running }) {
  const chooser = useRef<HTMLInputElement>(null);
  const { params } = route.value;
  const names = useMemo(() => classNames(settings), [settings]);
  const { maps, samples } = settings;
  const layers = [...new Set(maps.map(({ layer }) => layer))];
  const layer = layers.find((one) => one === params.get('layer')) ?? layers.at(-1) ?? '';
  const methods = [...new Set(maps.filter((map) => map.layer === layer).map(({ method }) => method))];
  const method = methods.find((one) => one === params.get('method')) ?? methods[0] ?? '';
  const opacity = mapOpacity(usualOpacity);
  const first = useClass(names, settings.classCount, params.get('class'));
  const second = useClass(names, settings.classCount, params.get('compare'));
  const current = shown.value;
  const wrong = first.problem ?? second.problem ?? problem.value;
  const after = (list: readonly string[], one: string) => list[(list.indexOf(one) + 1) % list.length];

  useEffect(() => {
    void (async () => {
      for (const { index } of [first, second]) if (index !== null) await askFor(index);
    })();
  }, [first.index, second.index, current?.picture]);
  useKeys({
    o: () => chooser.current?.click(),
    l: () => changeParams({ layer: after(layers, layer) }, 'replace'),
    m: () => changeParams({ method: after(methods, method) }, 'replace'),
    ...opacity.keys,
  });

  return (
    <div class="explain">
      <OpenPicture samples={samples} chooser={chooser} />
      <div class="toolbar">
        <TypedField
          name="Class to explain"
          value={params.get('class') ?? ''}
          placeholder="the answer"
          offered={settings.classNames ?? []}
          onChange={(name) => changeParams({ class: name }, 'replace')}
        />
        <TypedField
          name="Compare with"
          value={params.get('compare') ?? ''}
          placeholder="no other class"
          offered={settings.classNames ?? []}
          onChange={(name) => changeParams({ compare: name }, 'replace')}
        />
        <Choice
          name="Layer"
          value={layer}
          options={layers.map((one) => ({ value: one, text: one }))}
          onChange={(one) => changeParams({ layer: one }, 'replace')}
        />
        <Choice
          name="Method"
          value={method}
          options={methods.map((one) => ({ value: one, text: one }))}
          onChange={(one) => changeParams({ method: one }, 'replace')}
        />
        <OpacityField opacity={opacity} />
      </div>
      <p class="explain-status" role="status">
        {wrong !== null ? (
          <span class="wrong">{wrong}</span>
        ) : waiting.value ? (
          <span class="muted">The model is looking.</span>
        ) : (
          current && `${current.name}: ${answerText(current, settings, running)}`
        )}
        {running.instead && <span class="muted instead">WebGPU is not used: {running.instead}.</span>}
      </p>
      {current && (
        <div class={`explained-picture ${waiting.value ? 'is-waiting' : ''}`}>
          <div class="panels panels-2">
            <MapPanel
              shown={current}
              settings={settings}
              layer={layer}
              method={method}
              index={first.index}
              opacity={opacity.value}
            />
            {second.index !== null && (
              <MapPanel
                shown={current}
                settings={settings}
                layer={layer}
                method={method}
                index={second.index}
                opacity={opacity.value}
              />
            )}
          </div>
          <Scores shown={current} settings={settings} />
        </div>
      )}
    </div>
  );
}

interface MapPanelProps {
  shown: Shown;
  settings: PageSettings;
  layer: string;
  method: string;
  /** The class; null: the model's answer. */
  index: number | null;
  opacity: number;
}

function MapPanel({ shown, settings, layer, method, index, opacity }: MapPanelProps) {
  const { width, height } = settings.image;
  const some = anyExplanation(shown);
  const explanation = index === null ? some : shown.explanations.get(index);
  const [cell, setCell] = useState<number | null>(null);
  const target = index === null ? 'predicted' : 'any';
  const map = explanation?.maps.find((one) => one.layer === layer && one.method === method && one.target === target);
  const explained = index ?? some?.predicted ?? -1;
  const isBlank = map?.values.every((one) => !(one > 0));
  const point = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    if (!map) return;
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * map.width);
    const row = Math.floor(((event.clientY - box.top) / box.height) * map.height);
    setCell(Math.min(Math.max(row, 0), map.height - 1) * map.width + Math.min(Math.max(column, 0), map.width - 1));
  };
  return (
    <figure class="panel">
      <figcaption>
        <span class="muted">{index === null ? 'the answer' : 'speaks for'}</span>
        <strong>{className(settings, explained)}</strong>
        <span class="number">{percent(some?.scores[explained] ?? null)}</span>
      </figcaption>
      <div
        class="stage"
        style={{ aspectRatio: `${width} / ${height}`, maxWidth: `${(70 * width) / height}vh` }}
        onPointerMove={point}
        onPointerDown={point}
        // A finger that is lifted leaves too, and its value is to be read then.
        onPointerLeave={({ pointerType }) => pointerType === 'mouse' && setCell(null)}
      >
        {some && <PixelCanvas pixels={some.pixels} width={width} height={height} />}
        {map && !isBlank && (
          <div class="map-layer" style={{ opacity }}>
            <HeatmapCanvas heatmap={map} look={look} width={width} height={height} />
          </div>
        )}
      </div>
      <p class="readout muted">{map ? readout(map, cell, isBlank === true) : 'The model is looking.'}</p>
    </figure>
  );
}

const look = { colormap: 'magma', alpha: usualOpacity, scale: 'image', on: 'seen' } as const;

function readout({ values, width }: PageMap, cell: number | null, isBlank: boolean): string {
  if (isBlank) return 'No part of the picture speaks for this class at this layer.';
  if (cell === null) return 'Point at the map for its values.';
  return `${value(values[cell] ?? 0)} at row ${Math.floor(cell / width) + 1}, column ${(cell % width) + 1}`;
}

function Scores({ shown, settings }: { shown: Shown; settings: PageSettings }) {
  const scores = anyExplanation(shown)?.scores ?? new Float32Array();
  const best = [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0)).slice(0, bestShown);
  return (
    <section aria-label="Best scores">
      <h2>Best scores</h2>
      <ol class="top-scores">
        {best.map((index) => (
          <li key={index}>
            <button type="button" onClick={() => changeParams({ compare: nameOrIndex(settings, index) }, 'replace')}>
              {className(settings, index)}
            </button>
            <span class="pair-count">{percent(scores[index] ?? null)}</span>
            <progress class="bar" max={1} value={scores[index] ?? 0} aria-hidden="true" />
          </li>
        ))}
      </ol>
    </section>
  );
}

function anyExplanation({ explanations }: Shown): PageExplanation | undefined {
  return explanations.values().next().value;
}

function answerText(current: Shown, settings: PageSettings, { provider }: Running): string {
  const explanation = anyExplanation(current);
  if (explanation === undefined) return '';
  const { predicted, scores, prepared, explained } = explanation;
  const time = ((prepared + explained) / 1000).toFixed(2);
  return `${className(settings, predicted)}, ${percent(scores[predicted] ?? null)}, in ${time} s ${provider === 'webgpu' ? 'on WebGPU' : 'in WebAssembly'}`;
}

function className({ classNames }: PageSettings, index: number): string {
  return classNames?.[index] || `class ${index}`;
}

/** What a field understands: a name that stands for one class, else the index. */
function nameOrIndex({ classNames }: PageSettings, index: number): string {
  const name = classNames?.[index];
  return name && classNames.filter((one) => one === name).length === 1 ? name : `#${index}`;
}

function classNames({ classNames: names }: PageSettings): ClassNames | null {
  return names === null ? null : new ClassNames(names, "the model's classes");
}

/** The class that a field names. */
function useClass(
  names: ClassNames | null,
  classCount: number,
  text: string | null,
): { index: number | null; problem: string | null } {
  return useMemo(() => {
    if (text === null || text === '') return { index: null, problem: null };
    try {
      const index = names === null ? parseClassIndex(text) : names.classIndex(text);
      if (index !== null && index < classCount) return { index, problem: null };
      return { index: null, problem: `There is no class ${text}: the model has ${classCount}, counted from 0.` };
    } catch (error) {
      return { index: null, problem: error instanceof Error ? error.message : String(error) };
    }
  }, [names, classCount, text]);
}

import { useEffect, useMemo, useState } from 'preact/hooks';
import { methodNames } from '../../../../explain/options.ts';
import type {
  Answer,
  ExplanationAnswer,
  ExplanationRequest,
  ExploredModel,
  Region,
} from '../../../../explore/contract.ts';
import { type Fill, fills } from '../../../../explore/terms.ts';
import { Choice } from '../../../../shared/page/parts/choice.tsx';
import { type MapOpacity, mapOpacity, OpacityField } from '../../../../shared/page/parts/map-opacity.tsx';
import { TypedField } from '../../../../shared/page/parts/typed-field.tsx';
import { changeParams, linkToView, route } from '../../../../shared/page/route.ts';
import { useKeys } from '../../../../shared/page/shell/keys.ts';
import { percent } from '../../../../shared/page/text.ts';
import { unpackFloats } from '../../packed-array.ts';
import type { OverlayLook } from '../../page-data.ts';
import type { Heatmap } from '../details.ts';
import { HeatmapCanvas } from '../parts/heatmap-canvas.tsx';
import type { Report } from '../report.ts';
import { useReport } from '../report-context.ts';
import { CoverStage, stageStyle } from './cover-stage.tsx';
import { DecisionCaption, DecisionChanges } from './decision-changes.tsx';
import { decisionSentence } from './decision-sentence.ts';
import { parseRegions, regionAroundPeak, writeRegions } from './regions.ts';
import { ScoreChanges } from './score-changes.tsx';
import { exploredModel } from './server.ts';
import { useAnswer } from './use-answer.ts';

const fillNames: Record<Fill, string> = { grey: 'grey', blur: 'a blur', inpaint: 'its surroundings' };

/** The model asked anew about one image: another class, layer or method, and what it answers where parts of the picture are covered. */
export function Explore() {
  const report = useReport();
  const { params } = route.value;
  const key = params.get('key') ?? '';
  const model = useModel();
  const request = requestOf(report, key, params);
  const { answer, request: answered, problem, waiting } = useAnswer(key === '' ? null : request);
  const opacity = mapOpacity(report.look.alpha);
  const regions = parseRegions(params.get('cover'));
  const fill = fillOf(params);
  const current = answered?.key === key ? answer : null;
  const setRegions = (next: readonly Region[]) => changeParams({ cover: writeRegions(next) }, 'replace');
  const coverPeak = () => {
    const region = current && model && regionAroundPeak(heatmapOf((current.covered ?? current.original).map), model);
    if (region) setRegions([...regions, region]);
  };
  const back = linkToView('image', { key });

  useKeys({
    Escape: () => {
      location.hash = back;
    },
    p: coverPeak,
    u: () => setRegions([]),
    f: () => changeParams({ fill: fills[(fills.indexOf(fill) + 1) % fills.length] }, 'replace'),
    ...opacity.keys,
  });

  return (
    <>
      <nav class="crumbs" aria-label="This image">
        <a href={back}>Back to what the run says of it</a>
      </nav>
      <header class="view-head">
        <h1 tabIndex={-1} class="key">
          {key}
        </h1>
        <p class="muted">
          The run's own model is asked about this image. Draw over the picture to cover a part of it: if{' '}
          {report.multi ? "a class's score" : 'the answer'} falls, the model relied on what was there.
        </p>
      </header>
      <div class="explore">
        <Controls model={model} answer={current} request={request} opacity={opacity} fill={fill} />
        <div class="toolbar">
          <button type="button" disabled={!current} onClick={coverPeak}>
            Cover where the map peaks
          </button>
          <button type="button" disabled={regions.length === 0} onClick={() => setRegions([])}>
            Uncover
          </button>
        </div>
        <p class="explore-status" role="status">
          {problem !== null ? (
            <span class="wrong">{problem}</span>
          ) : current && !waiting ? (
            (report.multi ? decisionSentence : sentence)(report, current, answered)
          ) : (
            <span class="muted">The model is being asked.</span>
          )}
        </p>
        {current && model && (
          <div class={`panels panels-2 ${waiting ? 'is-waiting' : ''}`}>
            <Panels
              answer={current}
              model={model}
              regions={regions}
              setRegions={setRegions}
              opacity={opacity.value}
              look={report.look}
              label={labelOf(report, key)}
            />
          </div>
        )}
        {current &&
          (report.multi ? (
            <DecisionChanges answer={current} row={report.rowOf(key)} />
          ) : (
            <ScoreChanges answer={current} label={labelOf(report, key)} />
          ))}
      </div>
    </>
  );
}

interface ControlsProps {
  model: ExploredModel | null;
  answer: ExplanationAnswer | null;
  request: ExplanationRequest;
  fill: Fill;
  opacity: MapOpacity;
}

function Controls({ model, answer, request, fill, opacity }: ControlsProps) {
  const { findings, multi } = useReport();
  const usual = multi ? 'the highest' : 'the answer';
  const names = useMemo(() => findings.classNames.flatMap((name) => name ?? []), [findings]);
  const predicted = answer?.original.top[0];
  return (
    <div class="toolbar">
      <TypedField
        name="Class to explain"
        value={request.class ?? ''}
        placeholder={predicted ? `${usual}: ${predicted.name ?? predicted.class}` : usual}
        offered={names}
        onChange={(name) => changeParams({ class: name }, 'replace')}
      />
      <TypedField
        name="Layer"
        value={request.layer}
        offered={model?.layers ?? []}
        onChange={(layer) => changeParams({ layer }, 'replace')}
      />
      <Choice
        name="Method"
        value={request.method}
        options={(model?.methods ?? [request.method]).map((method) => ({ value: method, text: method }))}
        onChange={(method) => changeParams({ method }, 'replace')}
      />
      <Choice
        name="Cover with"
        value={fill}
        options={fills.map((one) => ({ value: one, text: fillNames[one] }))}
        onChange={(one) => changeParams({ fill: one }, 'replace')}
      />
      <OpacityField opacity={opacity} />
    </div>
  );
}

interface PanelsProps {
  answer: ExplanationAnswer;
  model: ExploredModel;
  regions: readonly Region[];
  setRegions: (regions: readonly Region[]) => void;
  opacity: number;
  look: OverlayLook;
  /** -1: unknown. */
  label: number;
}

/** Both maps fill one scale, so that less of a map looks like less. */
function Panels({ answer, model, regions, setRegions, opacity, look, label }: PanelsProps) {
  const { multi } = useReport();
  const { original, covered } = answer;
  const maps = useMemo(
    () => ({ original: heatmapOf(original.map), covered: covered && heatmapOf(covered.map) }),
    [original, covered],
  );
  const scale = useMemo(() => {
    const values = [...maps.original.values, ...(maps.covered?.values ?? [])];
    const most = values.reduce((best, value) => Math.max(best, value), 0);
    return { ...look, scale: look.scale === 'image' && most > 0 ? most : look.scale };
  }, [maps, look]);
  const layer = (map: Heatmap, reason: string | null) =>
    reason === null && (
      <div class="map-layer" style={{ opacity }}>
        <HeatmapCanvas heatmap={map} look={scale} width={model.width} height={model.height} />
      </div>
    );
  return (
    <>
      <figure class="panel">
        {multi ? (
          <DecisionCaption name="as it is" answer={original} explained={answer.explained.class} />
        ) : (
          <Caption name="as it is" answer={original} label={label} />
        )}
        <CoverStage
          name="The picture as it is"
          picture={original.picture}
          size={model}
          regions={regions}
          setRegions={setRegions}
        >
          {layer(maps.original, original.map.degenerateReason)}
        </CoverStage>
      </figure>
      <figure class="panel">
        {covered && multi ? (
          <DecisionCaption name="covered" answer={covered} explained={answer.explained.class} />
        ) : covered ? (
          <Caption name="covered" answer={covered} label={label} />
        ) : (
          <figcaption>
            <span class="muted">covered</span>
          </figcaption>
        )}
        <div class="stage" style={stageStyle(model)}>
          {covered && maps.covered ? (
            <>
              <img src={covered.picture} alt="What is left uncovered" draggable={false} />
              {layer(maps.covered, covered.map.degenerateReason)}
            </>
          ) : (
            <span class="empty">Draw over the picture to cover a part of it.</span>
          )}
        </div>
      </figure>
    </>
  );
}

function Caption({ name, answer: { top }, label }: { name: string; answer: Answer; label: number }) {
  const { className } = useReport();
  const [best] = top;
  return (
    <figcaption>
      <span class="muted">{name}</span>
      {best && (
        <>
          <strong class={label === -1 ? '' : best.class === label ? 'right' : 'wrong'}>{className(best.class)}</strong>
          <span class="number">{percent(best.score)}</span>
        </>
      )}
    </figcaption>
  );
}

function useModel(): ExploredModel | null {
  const [model, setModel] = useState<ExploredModel | null>(null);
  useEffect(() => {
    // What is wrong with the model is said where it is asked.
    exploredModel().then(setModel, () => undefined);
  }, []);
  return model;
}

function requestOf({ findings, maps }: Report, key: string, params: URLSearchParams): ExplanationRequest {
  const usual = findings.analysed ?? maps.at(-1);
  const regions = parseRegions(params.get('cover'));
  return {
    key,
    layer: params.get('layer') || (usual?.layer === 'fused' ? 'last' : (usual?.layer ?? 'last')),
    method: methodOf(params.get('method') || usual?.method),
    class: params.get('class') || null,
    cover: regions.length === 0 ? null : { fill: fillOf(params), regions },
  };
}

function methodOf(text: string | undefined): ExplanationRequest['method'] {
  return methodNames.find((name) => name === text) ?? 'grad-cam';
}

function fillOf(params: URLSearchParams): Fill {
  return fills.find((fill) => fill === params.get('fill')) ?? 'grey';
}

function heatmapOf({ height, width, values }: Answer['map']): Heatmap {
  return { height, width, values: unpackFloats(values) };
}

function labelOf(report: Report, key: string): number {
  const row = report.rowOf(key);
  return row < 0 ? -1 : report.answerOf(row).label;
}

/** What became of the answer. */
function sentence(
  report: Report,
  { original, covered, explained }: ExplanationAnswer,
  request: ExplanationRequest | null,
): string {
  const [before] = original.top;
  const [after] = covered?.top ?? [];
  const name = report.className(explained.class);
  const reason = original.map.degenerateReason;
  const map = reason === null ? '' : ` There is no map of ${name} here: ${reason}.`;
  if (!before || !after) {
    const where = request ? ` at ${request.layer}, by ${request.method}` : '';
    return `What speaks for ${name}${where}.${map}`;
  }
  if (before.class === after.class) {
    return `Covered, the answer stays ${report.className(after.class)}: ${percent(before.score)}, then ${percent(after.score)}.${map}`;
  }
  return `Covered, the answer becomes ${report.className(after.class)} (${percent(after.score)}), where it was ${report.className(before.class)} (${percent(before.score)}).${map}`;
}

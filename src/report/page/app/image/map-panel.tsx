import { useState } from 'preact/hooks';
import { route } from '../../../../shared/page/route.ts';
import { percent } from '../../../../shared/page/text.ts';
import type { OpenedImage } from '../details.ts';
import { decisionsOf } from '../multi-label/decisions.ts';
import { outcomes, outcomeTone } from '../multi-label/outcome.ts';
import { useReport } from '../report-context.ts';
import { MapNumbers } from './map-numbers.tsx';
import { MapStage } from './map-stage.tsx';

interface MapPanelProps {
  row: number;
  /** Place in the report's maps. */
  map: number;
  /** Null while it loads. */
  opened: OpenedImage | null;
  opacity: number;
  /** What it is called: what the run's target means. */
  name: string;
}

/** One map over the image, with what it says. */
export function MapPanel({ row, map, opened, opacity, name }: MapPanelProps) {
  const report = useReport();
  const details = opened?.maps.find((one) => one.map === map) ?? null;
  const heatmap = opened?.heatmaps[map] ?? null;
  const { params } = route.value;
  const [cell, setCell] = useState<number | null>(null);
  const index = details?.class ?? -1;
  const decision = report.multi && opened && decisionsOf(report, opened, params).find((one) => one.class === index);
  const score = report.multi ? decision?.score : opened?.top.find((one) => one.class === index)?.score;
  const own = index === report.predicted[row] ? (report.isMistake(row) ? 'wrong' : 'right') : '';
  const tone = decision ? outcomeTone(decision.outcome) : report.multi ? '' : own;

  return (
    <figure class="panel">
      <figcaption>
        <span class="muted">{decision ? outcomes[decision.outcome] : report.multi ? '' : name}</span>
        <strong class={tone}>{index >= 0 ? report.className(index) : '–'}</strong>
        {score != null && <span class="number">{percent(score)}</span>}
      </figcaption>
      <MapStage
        seen={report.seenLink(row)}
        overlay={report.overlayLink(row, map)}
        heatmap={details?.degenerateReason ? null : heatmap}
        details={details}
        opacity={opacity}
        cell={cell}
        setCell={setCell}
        name={`Map of ${name}`}
      />
      {details && <MapNumbers details={details} heatmap={heatmap} cell={cell} links={linksOf(row, map)} />}
    </figure>
  );

  function linksOf(row: number, map: number) {
    return [
      { text: 'overlay', link: report.overlayLink(row, map) },
      { text: 'raw map', link: report.rawMapLink(row, map) },
    ].flatMap(({ text, link }) => (link === null ? [] : [{ text, link }]));
  }
}

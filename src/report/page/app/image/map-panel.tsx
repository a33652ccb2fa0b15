import { useState } from 'preact/hooks';
import { percent } from '../../../../shared/page/text.ts';
import type { OpenedImage } from '../details.ts';
import { useReport } from '../report-context.ts';
import { targetName } from './map-controls.tsx';
import { MapNumbers } from './map-numbers.tsx';
import { MapStage } from './map-stage.tsx';

interface MapPanelProps {
  row: number;
  /** Place in the report's maps. */
  map: number;
  /** Null while it loads. */
  opened: OpenedImage | null;
  opacity: number;
}

/** One map over the image, with what it says. */
export function MapPanel({ row, map, opened, opacity }: MapPanelProps) {
  const report = useReport();
  const details = opened?.maps.find((one) => one.map === map) ?? null;
  const heatmap = opened?.heatmaps[map] ?? null;
  const [cell, setCell] = useState<number | null>(null);
  const target = report.maps[map]?.target ?? '';
  const index = details?.class ?? -1;
  const score = opened?.top.find((one) => one.class === index)?.score;
  const tone = index === report.predicted[row] ? (report.isMistake(row) ? 'wrong' : 'right') : '';

  return (
    <figure class="panel">
      <figcaption>
        <span class="muted">{targetName(target)}</span>
        <strong class={tone}>{index >= 0 ? report.className(index) : '–'}</strong>
        {score !== undefined && <span class="number">{percent(score)}</span>}
      </figcaption>
      <MapStage
        seen={report.seenLink(row)}
        overlay={report.overlayLink(row, map)}
        heatmap={details?.degenerateReason ? null : heatmap}
        details={details}
        opacity={opacity}
        cell={cell}
        setCell={setCell}
        name={`Map of ${targetName(target)}`}
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

import { Explained } from '../../../../shared/page/parts/explained.tsx';
import { percent, value } from '../../../../shared/page/text.ts';
import type { MapDetails } from '../../page-data.ts';
import type { Heatmap } from '../details.ts';
import { cellText } from './cell-text.ts';

interface MapNumbersProps {
  details: MapDetails;
  heatmap: Heatmap | null;
  cell: number | null;
  links: { text: string; link: string }[];
}

const reasons: Record<string, string> = {
  'no-positive-evidence': 'No part of the image speaks for this class at this layer, so there is nothing to colour.',
  'no-gradient': 'No gradient reaches this layer: choose another layer.',
  'no-label': 'The image has no label.',
  'not-finite': 'The map holds numbers that are not finite.',
};

/** What a map says in numbers, and its value under the pointer. */
export function MapNumbers({ details, heatmap, cell, links }: MapNumbersProps) {
  const { degenerateReason: reason, shape } = details;
  const rows = [
    {
      name: 'peak',
      meaning: 'Position of the maximum, in pixels of the image as the model saw it.',
      text: point(details.peak),
    },
    {
      name: 'centre',
      meaning: 'Centre of mass of the positive part of the map.',
      text: details.centre ? point(details.centre) : '–',
    },
    {
      name: 'range',
      meaning: 'Smallest and largest raw value of the map. Below zero, a place speaks against the class.',
      text: `${value(details.min)} to ${value(details.max)}`,
    },
    {
      name: 'area above half',
      meaning: 'Share of the cells above half the maximum: small for a map that looks at one place.',
      text: percent(details.areaAboveHalf),
    },
    {
      name: 'at the border',
      meaning:
        'Share of the positive part on the outermost ring of cells. Much of it often means that padding or a frame was looked at.',
      text: percent(details.borderShare),
    },
    {
      name: 'grid',
      meaning: 'Rows and columns of the raw map, which is enlarged for the picture.',
      text: `${shape[0]} × ${shape[1]}`,
    },
  ];
  return (
    <div class="map-numbers">
      <p class="readout" aria-live="polite">
        {reason ? <em>{reasons[reason] ?? reason}</em> : readout(heatmap, cell)}
      </p>
      <dl class="facts-list">
        {rows.map(({ name, meaning, text }) => (
          <div key={name}>
            <dt>
              <Explained name={name} meaning={meaning} />
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {links.length > 0 && (
        <p class="file-links">
          {links.map(({ text, link }) => (
            <a key={text} href={link} target="_blank" rel="noreferrer">
              {text}
            </a>
          ))}
        </p>
      )}
    </div>
  );
}

function readout(heatmap: Heatmap | null, cell: number | null) {
  if (!heatmap) return <span class="muted">The run kept no values of this map (no evidence file).</span>;
  if (cell === null) return <span class="muted">Point at the map for its values.</span>;
  return cellText(heatmap, cell);
}

function point({ x, y }: { x: number; y: number }): string {
  return `${Math.round(x)}, ${Math.round(y)}`;
}

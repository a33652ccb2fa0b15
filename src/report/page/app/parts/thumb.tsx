/** One image as a tile: its picture, what it was taken for and what it is. */

import { useState } from 'preact/hooks';
import { linkToView, type ParamValues } from '../../../../shared/page/route.ts';
import { shortPercent } from '../../../../shared/page/text.ts';
import { type ClassAnswer, pictureOfClass, useClassAnswer } from '../multi-label/about-class.tsx';
import { DecisionLines } from '../multi-label/decision-lines.tsx';
import { outcomeTone } from '../multi-label/outcome.ts';
import type { Report } from '../report.ts';
import { useReport } from '../report-context.ts';
import type { Layer } from './layer.ts';

interface ThumbProps {
  row: number;
  picture?: Layer | undefined;
  /** With the plain picture beside its map. */
  beside?: boolean | undefined;
  /** Parameters that the opened image keeps, so that previous and next stay within the same images. */
  keep?: ParamValues | undefined;
  /** In a grid: where it stands, and whether Tab leads to it. */
  tile?: { place: number; current: boolean; onFocus: () => void; onKeyDown: (event: KeyboardEvent) => void };
}

export function Thumb({ row, picture, beside = false, keep, tile }: ThumbProps) {
  const report = useReport();
  const { label, predicted, score } = report.answerOf(row);
  const answer = useClassAnswer(row);
  const usual = picture ?? usualPicture(report);
  const shown = answer ? pictureOfClass(report, answer, row, usual) : usual;
  const withPlain =
    beside && shown !== 'seen' && report.seenLink(row) !== null && report.overlayLink(row, shown) !== null;
  return (
    <a
      data-place={tile?.place}
      tabIndex={tile && !tile.current ? -1 : 0}
      onFocus={tile?.onFocus}
      onKeyDown={tile?.onKeyDown}
      class={`thumb ${toneOf(report, row, answer)}`}
      href={linkToView('image', { key: report.keyOf(row), ...keep })}
      title={report.keyOf(row)}
    >
      <span class={withPlain ? 'thumb-pictures beside' : 'thumb-pictures'}>
        {withPlain && <Picture row={row} picture="seen" />}
        <Picture row={row} picture={shown} />
      </span>
      <span class="thumb-text">
        {report.multi ? (
          <DecisionLines row={row} answer={answer} />
        ) : (
          <>
            <span class="thumb-line">
              <span class="hidden">predicted </span>
              <span class="thumb-name">{report.className(predicted)}</span>
              <span class="thumb-score">{shortPercent(score)}</span>
            </span>
            <span class="thumb-line thumb-truth">
              {label === -1 ? (
                <span class="thumb-name">no label</span>
              ) : report.isMistake(row) ? (
                <span class="thumb-name">is {report.className(label)}</span>
              ) : (
                <span class="thumb-name">correct</span>
              )}
            </span>
          </>
        )}
      </span>
    </a>
  );
}

/** The overlay of the predicted class at the deepest layer, else the first one; of several labels, of the class with the highest score. */
export function usualPicture({ maps, findings, multi }: Report): Layer {
  const analysed = findings.analysed;
  const usual = analysed
    ? maps.findIndex(
        ({ layer, method, target }) =>
          layer === analysed.layer && method === analysed.method && (multi !== null || target === analysed.target),
      )
    : maps.findLastIndex(({ target }) => target === 'predicted');
  return usual >= 0 ? usual : maps.length > 0 ? 0 : 'seen';
}

function Picture({ row, picture }: { row: number; picture: Layer }) {
  const report = useReport();
  const [broken, setBroken] = useState('');
  const link = picture === 'seen' ? report.seenLink(row) : (report.overlayLink(row, picture) ?? report.seenLink(row));
  const key = report.keyOf(row);
  if (link === null || link === broken) {
    return (
      <span class="thumb-picture empty">
        <span class="hidden">{key}: </span>no picture
      </span>
    );
  }
  return (
    <img
      class="thumb-picture"
      src={link}
      alt={`${key}:`}
      decoding="async"
      draggable={false}
      onError={() => setBroken(link)}
    />
  );
}

function toneOf(report: Report, row: number, answer: ClassAnswer | null): 'wrong' | 'right' | 'suspected' | '' {
  if (answer) return answer.isMissing ? 'suspected' : outcomeTone(answer.outcome);
  if (report.isSuspected(row)) return 'suspected';
  if (!report.isLabelled(row)) return '';
  return report.isMistake(row) ? 'wrong' : 'right';
}

interface StripProps {
  rows: readonly number[];
  keep?: ParamValues;
  picture?: Layer;
  /** With plain pictures beside the maps. */
  beside?: boolean;
  /** `large`: six beside each other at most. */
  size?: 'small' | 'large';
}

/** A few images side by side. */
export function Strip({ rows, keep, picture, beside = false, size = 'small' }: StripProps) {
  return (
    <ul class={`strip ${size} ${beside ? 'beside' : ''}`}>
      {rows.map((row) => (
        <li key={row}>
          <Thumb row={row} keep={keep} picture={picture} beside={beside} />
        </li>
      ))}
    </ul>
  );
}

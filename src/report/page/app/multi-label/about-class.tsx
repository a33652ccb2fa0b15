/** Tiles below it speak of one class: its score, whether its decision is right, and its map. */

import { type ComponentChildren, createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Layer } from '../parts/layer.ts';
import type { Report } from '../report.ts';
import { useReport } from '../report-context.ts';
import type { ClassColumns } from './multi-label.ts';
import { type Outcome, outcomeAt } from './outcome.ts';
import { useClasses } from './use-classes.ts';

interface Asked {
  class: number;
  threshold: number;
}

const AskedContext = createContext<Asked | null>(null);

interface AboutClassProps {
  /** Null: tiles speak of the whole image. */
  index: number | null;
  /** Default: the run's. */
  threshold?: number | null | undefined;
  children: ComponentChildren;
}

/** Changes nothing on pages of runs with one label an image. */
export function AboutClass({ index, threshold, children }: AboutClassProps) {
  const { multi } = useReport();
  useClasses(index === null ? [] : [index]);
  const asked = multi && index !== null ? { class: index, threshold: threshold ?? multi.thresholdOf(index) } : null;
  return <AskedContext.Provider value={asked}>{children}</AskedContext.Provider>;
}

export interface ClassAnswer extends Asked {
  /** NaN: below the record's floor. */
  score: number;
  outcome: Outcome;
  isMissing: boolean;
  columns: ClassColumns;
}

/** What there is to say of the class in an image; null where none is asked about, or it is not loaded yet. */
export function useClassAnswer(row: number): ClassAnswer | null {
  const { multi } = useReport();
  const asked = useContext(AskedContext);
  const columns = asked && multi?.columnsOf(asked.class);
  if (!asked || !multi || !columns) return null;
  return {
    ...asked,
    score: columns.scores[row] ?? Number.NaN,
    outcome: outcomeAt(columns, row, asked.threshold),
    isMissing: multi.isMissing(row, asked.class),
    columns,
  };
}

/** The class's own map in place of another one of the image, at the layer of `picture`; the plain image where it has none. */
export function pictureOfClass(report: Report, { columns }: ClassAnswer, row: number, picture: Layer): Layer {
  if (picture === 'seen') return 'seen';
  const own = report.maps[columns.maps[row] ?? -1];
  const wanted = report.maps[picture];
  if (!own || !wanted) return 'seen';
  const place = report.mapIndex({ layer: wanted.layer, method: wanted.method, target: own.target });
  return place < 0 ? 'seen' : place;
}

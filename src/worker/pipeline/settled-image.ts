import type { ImageRecord, MapRecord } from '../../shared/run/record.ts';

/** What the coordinating thread keeps of an image that has its record: what is counted, and the record as it will be written. */
export type SettledImage = {
  key: string;
  label: number | null;
  labels?: readonly number[] | null;
  /** The record as a line of JSON, without the line's end. */
  line: string;
} & (
  | { status: 'done'; correct?: boolean; levels?: readonly [number, number]; blank: boolean }
  | { status: 'quarantined'; error: { code: string; message: string } }
);

/** Whether none of its maps shows anything; a map that has no target is none. */
function isBlank(maps: readonly MapRecord[]): boolean {
  const drawn = maps.filter(({ degenerateReason }) => degenerateReason !== 'no-label');
  return drawn.length > 0 && drawn.every(({ degenerateReason }) => degenerateReason !== null);
}

export function settledImage(record: ImageRecord): SettledImage {
  const { key, label, labels } = record;
  const line = JSON.stringify(record);
  const named = { key, label, ...(labels === undefined ? {} : { labels }), line };
  if (record.status === 'quarantined') return { status: 'quarantined', ...named, error: record.error };
  const { correct, image, maps } = record;
  return {
    status: 'done',
    ...named,
    blank: isBlank(maps),
    ...(correct === undefined ? {} : { correct }),
    ...(image.levels === undefined ? {} : { levels: image.levels }),
  };
}

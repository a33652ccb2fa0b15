/** What a record says of an image's labels, whatever became of the image. */

import type { DoneRecord } from '../../shared/run/record.ts';
import type { PlannedImage } from '../../shared/run/run-plan.ts';
import type { NamedImage } from './pixels/image-work.ts';

type NameOf = (index: number) => string | null;

export function labelNamesOf(
  { label, labels }: PlannedImage,
  className: NameOf,
): Pick<NamedImage, 'labelName' | 'labelNames'> {
  const labelName = label === null ? null : className(label);
  return labels === undefined ? { labelName } : { labelName, labelNames: labels?.map(className) ?? null };
}

export function recordLabels({
  image: { label, labels, unknown },
  labelName,
  labelNames = null,
}: NamedImage): Pick<DoneRecord, 'label' | 'labelName' | 'labels' | 'labelNames' | 'unknown'> {
  if (labels === undefined) return { label, labelName };
  const open = unknown === undefined ? {} : { unknown: [...unknown] };
  return { label, labelName, labels: labels === null ? null : [...labels], labelNames, ...open };
}

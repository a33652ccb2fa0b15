/** Changes to a mistake's picture, each of which takes one possible cause out of it. Plain data: pictures are changed in threads. */

import { at } from '../../explain/at.ts';
import { type Covering, covered, coverings } from '../../interventions/fill.ts';
import type { Shift } from '../../interventions/marks/alignment.ts';
import type { Marks } from '../../interventions/marks/marks-in.ts';
import { sharedMarks } from '../../interventions/marks/shared-marks.ts';
import { borderOf, brightRegion, type Mask, otherPlaces, shifted } from '../../interventions/mask.ts';
import type { SeenImage } from '../../interventions/network.ts';
import type { StatisticName } from '../../interventions/statistics/statistic.ts';
import { type Measurements, movedTo } from '../../interventions/statistics/statistics.ts';
import { transplanted } from '../../interventions/transplant.ts';
import type { TriedImage } from './tried-image.ts';

/**
 * `seen`: what each picture's own map shows; `place`: one place in all pictures; `marks`: what is the same in most of them; `border`, and all that surrounds the middle; a statistic that sets
 * images apart, or as `look` several of them.
 */
export type Change = PartChange | LookChange;
type PartChange = { kind: 'seen' | 'border' | 'surroundings' } | { kind: 'place'; mask: Mask } | MarksChange;

/** Where the marks lie is known of images that were searched, by their rows: null for those without them. In others they are thought where the cluster's first one has them. */
export interface MarksChange {
  kind: 'marks';
  marks: Marks;
  shifts: ReadonlyMap<number, Shift | null>;
}

export interface LookChange {
  kind: StatisticName | 'look';
  moved: readonly StatisticValues[];
}

/** A statistic that sets images apart. */
export interface StatisticValues {
  statistic: StatisticName;
  /** Values of pictures that have least of what is tested. */
  usual: readonly number[][];
  /** Values of the pictures that may share it. */
  own: readonly number[][];
}

/** What a change needs of an image. */
export type ChangeableImage = Pick<TriedImage, 'row' | 'picture' | 'heatmap'>;

/** A picture without the possible cause, in one or more ways, and with as much changed where it is not. */
export interface ChangedPictures {
  without: SeenImage[];
  /** Empty where there is nothing of the kind: then ordinary mistakes are the only comparison. */
  elsewhere: SeenImage[];
}

/** What an image's own map shows: from half of its maximum, about a seventh of the picture at most. */
const ownRegion = { least: 0.5, most: 0.15 };

/** Changes that need nothing of a cluster. */
export const generalChanges: readonly Change[] = [{ kind: 'seen' }, { kind: 'border' }, { kind: 'surroundings' }];
/** Shares of the picture's shorter side. */
const borders = { border: 0.1, surroundings: 0.2 } as const;

/** One statistic is a change of its own kind, more are a look. */
export function lookChange(moved: readonly StatisticValues[]): LookChange {
  const [first] = moved;
  return { kind: moved.length === 1 && first !== undefined ? first.statistic : 'look', moved };
}

export function isLookChange(change: Change): change is LookChange {
  return 'moved' in change;
}

/** What is moved in a look. */
export function statisticsOf({ moved }: LookChange): StatisticName[] {
  return moved.map(({ statistic }) => statistic);
}

/** Null where the images show nothing that is the same. */
export function marksChange(images: readonly ChangeableImage[]): MarksChange | null {
  const found = sharedMarks(images);
  if (found === null) return null;
  const shifts = new Map(images.map(({ row }, i) => [row, at(found.shifts, i)]));
  return { kind: 'marks', marks: found.marks, shifts };
}

/** The part of the picture that is changed; null for what the whole picture is like, and where the image has none. */
export function partOf(change: Change, { heatmap, picture, row }: ChangeableImage): Mask | null {
  switch (change.kind) {
    case 'seen':
      return brightRegion(heatmap, picture, ownRegion);
    case 'place':
      return change.mask;
    case 'marks': {
      const shift = change.shifts.get(row);
      if (shift === null) return null;
      return shift === undefined ? change.marks.mask : shifted(change.marks.mask, shift.right, shift.down);
    }
    case 'border':
    case 'surroundings':
      return borderOf(picture, borders[change.kind]);
    default:
      return null;
  }
}

/** @returns null where the change does not apply to this picture */
export function changedPictures(change: Change, image: ChangeableImage): ChangedPictures | null {
  if (isLookChange(change)) return inOtherLooks(change, image);
  const mask = partOf(change, image);
  if (mask === null) return null;
  const cover = (own: Mask, by: Covering) => ({ ...image.picture, ...covered(image.picture, own, by) });
  const hasOtherPlaces = change.kind !== 'border' && change.kind !== 'surroundings';
  return {
    without: coverings.map((by) => cover(mask, by)),
    elsewhere: hasOtherPlaces ? otherPlaces(mask).map((own) => cover(own, 'surroundings')) : [],
  };
}

/** The picture as usual ones are, and, elsewhere, as another of those that share the look. */
function inOtherLooks({ moved }: LookChange, { picture, row }: ChangeableImage): ChangedPictures {
  const turn = (values: readonly number[][]) => at(values, row % values.length);
  const as = (values: (one: StatisticValues) => readonly number[][]) =>
    inLook(picture, new Map(moved.map((one) => [one.statistic, turn(values(one))])));
  return { without: [as(({ usual }) => usual)], elsewhere: [as(({ own }) => own)] };
}

function inLook(picture: SeenImage, look: Measurements): SeenImage {
  return { ...picture, pixels: movedTo(picture, look).pixels };
}

/**
 * The recipient with the donor's part or look; null where the donor has none.
 * @param values of the donor
 */
export function lent(
  change: Change,
  donor: ChangeableImage,
  values: Measurements,
  recipient: SeenImage,
): SeenImage | null {
  if (isLookChange(change)) {
    return inLook(recipient, new Map(change.moved.map(({ statistic }) => [statistic, values.get(statistic) ?? []])));
  }
  const mask = partOf(change, donor);
  return mask === null ? null : { ...recipient, ...transplanted(recipient, donor.picture, mask) };
}

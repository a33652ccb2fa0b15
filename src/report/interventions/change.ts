/** Changes to a mistake's picture, each of which takes one possible cause out of it. */

import { at } from '../../explain/at.ts';
import { covered, coverings } from '../../interventions/fill.ts';
import { borderOf, brightRegion, type Mask, otherPlaces } from '../../interventions/mask.ts';
import type { SeenImage } from '../../interventions/network.ts';
import type { Statistic } from '../../interventions/statistics/statistic.ts';
import { transplanted } from '../../interventions/transplant.ts';
import type { RgbImage } from '../../shared/picture/raster.ts';
import type { ChangeKind } from '../contract.ts';
import type { TriedImage } from './tried-image.ts';

/** A picture without the possible cause, in one or more ways, and with as much changed where it is not. */
interface ChangedPictures {
  without: SeenImage[];
  /** Empty where there is nothing of the kind: then ordinary mistakes are the only comparison. */
  elsewhere: SeenImage[];
}

export interface Change {
  kind: ChangeKind;
  /** @returns null where it does not apply to this picture */
  apply(image: TriedImage): ChangedPictures | null;
  /** What is put into another picture; null where that says nothing. */
  part(image: TriedImage): Part | null;
}

/** What a picture lends to another one. */
type Part = { mask: Mask } | { look: StatisticValue[] };

interface StatisticValue {
  statistic: Statistic;
  value: number[];
}

/** The recipient with the donor's part; null where the donor has none. */
export function lent(change: Change, donor: TriedImage, recipient: TriedImage): SeenImage | null {
  const part = change.part(donor);
  if (part === null) return null;
  const { picture } = recipient;
  return 'mask' in part
    ? { ...picture, ...transplanted(picture, donor.picture, part.mask) }
    : inLook(picture, part.look);
}

/** What an image's own map shows: from half of its maximum, about a seventh of the picture at most. */
const ownRegion = { least: 0.5, most: 0.15 };
/** What the mean of several maps shows is wider than what they share. */
export const sharedRegion = { least: 0.6, most: 0.12 };

function covering(kind: ChangeKind, maskOf: (image: TriedImage) => Mask | null, hasOtherPlaces: boolean): Change {
  return {
    kind,
    apply: (image) => {
      const mask = maskOf(image);
      if (mask === null) return null;
      const cover = (own: Mask, by: (typeof coverings)[number]) => ({
        ...image.picture,
        ...covered(image.picture, own, by),
      });
      return {
        without: coverings.map((by) => cover(mask, by)),
        elsewhere: hasOtherPlaces ? otherPlaces(mask).map((own) => cover(own, 'surroundings')) : [],
      };
    },
    part: (image) => {
      const mask = maskOf(image);
      return mask === null ? null : { mask };
    },
  };
}

/** What each picture's own map shows. */
export const seen: Change = covering('seen', ({ heatmap, picture }) => brightRegion(heatmap, picture, ownRegion), true);

/** One place in all pictures. */
export function place(mask: Mask): Change {
  return covering('place', () => mask, true);
}

/** Shares of the picture's shorter side. */
const borders = { border: 0.1, surroundings: 0.2 } as const;

/** A border, and all that surrounds the middle. */
export const borderChanges: readonly Change[] = (['border', 'surroundings'] as const).map((kind) =>
  covering(kind, ({ picture }) => borderOf(picture, borders[kind]), false),
);

/** A statistic that sets images apart. */
export interface StatisticValues {
  statistic: Statistic;
  /** Values of pictures that have least of what is tested. */
  usual: readonly number[][];
  /** Values of the pictures that may share it. */
  own: readonly number[][];
}

/**
 * A picture's statistic, or several at once, as usual pictures have it; elsewhere: as another of those that share it has it.
 * @param moved one for its own kind of change, more for a look
 */
export function statisticChange(moved: readonly StatisticValues[]): Change {
  const turn = (image: TriedImage, values: readonly number[][]) => at(values, image.row % values.length);
  const as = (image: TriedImage, values: (own: StatisticValues) => readonly number[][]) =>
    inLook(
      image.picture,
      moved.map((own) => ({ statistic: own.statistic, value: turn(image, values(own)) })),
    );
  const [first] = moved;
  return {
    kind: moved.length === 1 && first !== undefined ? first.statistic.name : 'look',
    apply: (image) => ({ without: [as(image, ({ usual }) => usual)], elsewhere: [as(image, ({ own }) => own)] }),
    part: ({ picture }) => ({
      look: moved.map(({ statistic }) => ({ statistic, value: measured(statistic, picture) })),
    }),
  };
}

const measurements = new WeakMap<SeenImage, Map<Statistic, number[]>>();

/** Measured once, however many pictures an image lends its look to. */
export function measured(statistic: Statistic, picture: SeenImage): number[] {
  const known = measurements.get(picture) ?? new Map<Statistic, number[]>();
  const values = known.get(statistic) ?? statistic.measure(picture);
  measurements.set(picture, known.set(statistic, values));
  return values;
}

function inLook(picture: SeenImage, look: readonly StatisticValue[]): SeenImage {
  const { pixels } = look.reduce<RgbImage>((moved, { statistic, value }) => statistic.moved(moved, value), picture);
  return { ...picture, pixels };
}

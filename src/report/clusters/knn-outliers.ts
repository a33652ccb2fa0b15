/**
 * Members of a group that lack what the group shares: outliers by their mean distance to nearest neighbours (Angiulli and Pizzuti 2002). A cue comes
 * with pictures of any class: its pictures of one class look like those of the others. Where those of one class do not, that class has a reason of its
 * own, such as a view that the training data lacks.
 */

import { mean } from './numbers.ts';
import { distance, type Point } from './points.ts';

/** Nearest members of other classes that a distance is the mean of. */
const around = 5;
/** A class is looked into when there are so many of the others to compare with. */
const fewestOthers = 12;
const fewestOwn = 4;
/** Members farther than so many of the others' are from each other lack what these share. */
const usualShare = 0.95;

interface LabelledPoint {
  point: Point;
  /** True class. */
  label: number;
}

/** The members that are no outliers. Each class is held against the others alone, as in leave-one-group-out validation. */
export function knnInliers<Member extends LabelledPoint>(members: readonly Member[]): Member[] {
  const ranked = members.map((member) => ({
    member,
    others: members
      .map(({ label, point }) => ({ label, far: distance(member.point, point) }))
      .sort((a, b) => a.far - b.far),
  }));
  /** Mean distance to the nearest members of neither class; null where they are too few. */
  const reach = ({ member, others }: (typeof ranked)[number], without: number): number | null => {
    const nearest: number[] = [];
    for (const { label, far } of others) {
      if (label === without || label === member.label) continue;
      nearest.push(far);
      if (nearest.length === around) return mean(nearest);
    }
    return null;
  };
  const outliers = new Set<Member>();
  for (const label of new Set(members.map((member) => member.label))) {
    const ofClass = ranked.filter(({ member }) => member.label === label);
    if (ofClass.length < fewestOwn) continue;
    const usual = ranked
      .flatMap((one) => (one.member.label === label ? [] : (reach(one, label) ?? [])))
      .sort((a, b) => a - b);
    if (usual.length < fewestOthers) continue;
    const limit = usual[Math.floor(usual.length * usualShare)] ?? Number.POSITIVE_INFINITY;
    for (const one of ofClass) {
      const own = reach(one, label);
      if (own !== null && own > limit) outliers.add(one.member);
    }
  }
  return members.filter((member) => !outliers.has(member));
}

/** The lists of images that changed, or of their classes, by the names that addresses use. */

import type { ImageList } from '../../../diff/contract.ts';
import type { ChangedPairRow, ChangedRow, PageChanges, PagePairChanges } from '../../page-data.ts';

/** Of an image; where images may have several labels, of one of its classes. */
type Change = ChangedRow | ChangedPairRow;

export interface ChangeList extends ImageList<Change> {
  /** As in `#/changes/<id>`; `changes-<id>` names its images in the gallery. */
  id: string;
  title: string;
  meaning: string;
  tone?: 'wrong' | 'right';
}

/** In the order of their weight; those that no image is in too. */
export function changeLists(changes: PageChanges): ChangeList[] {
  return changes.pairs === undefined ? imageLists(changes) : pairLists(changes.pairs);
}

function imageLists(changes: PageChanges): ChangeList[] {
  const { elsewhere, changedUnlabelled } = changes;
  const lists: ChangeList[] = [
    {
      id: 'newly-broken',
      title: 'Newly broken',
      meaning: 'Right then, wrong now: the most confident mistakes first.',
      tone: 'wrong',
      ...changes.newlyBroken,
    },
    {
      id: 'fixed',
      title: 'Fixed',
      meaning: 'Wrong then, right now: what were the most confident mistakes first.',
      tone: 'right',
      ...changes.fixed,
    },
    {
      id: 'still-wrong',
      title: 'Still wrong',
      meaning: 'Wrong in both runs: the most confident mistakes of this run first.',
      ...changes.stillWrong,
    },
  ];
  if (elsewhere) {
    lists.push({
      id: 'elsewhere',
      title: 'Looking elsewhere',
      meaning: `The same answer, but the two maps have a correlation below ${elsewhere.threshold}: the least alike first.`,
      ...elsewhere.images,
    });
  }
  if (changedUnlabelled.count > 0) {
    lists.push({
      id: 'changed',
      title: 'Another answer',
      meaning: 'Images without a label that are called something else now.',
      ...changedUnlabelled,
    });
  }
  return lists;
}

function pairLists({ newlyBroken, fixed, stillWrong, changedUnlabelled, maps }: PagePairChanges): ChangeList[] {
  return [
    {
      id: 'newly-broken',
      title: 'Newly broken',
      meaning: 'Classes of images decided rightly then and wrongly now: farthest from their threshold first.',
      tone: 'wrong',
      ...newlyBroken,
    },
    {
      id: 'fixed',
      title: 'Fixed',
      meaning: 'Decided wrongly then and rightly now: what was farthest from its threshold first.',
      tone: 'right',
      ...fixed,
    },
    {
      id: 'still-wrong',
      title: 'Still wrong',
      meaning: 'Decided wrongly in both runs: farthest from their threshold first.',
      ...stillWrong,
    },
    ...(maps
      ? [
          {
            id: 'elsewhere',
            title: 'Looking elsewhere',
            meaning: `Decided as before, but the two maps for the class have a correlation below ${maps.threshold}: the least alike first.`,
            ...maps.elsewhere,
          },
        ]
      : []),
    ...(changedUnlabelled.count > 0
      ? [
          {
            id: 'changed',
            title: 'Another decision',
            meaning: 'Classes of which it is not known whether they are true, and which are decided otherwise now.',
            ...changedUnlabelled,
          },
        ]
      : []),
  ];
}

export const galleryPrefix = 'changes-';

/** Images of a list by its name in the gallery's address; null when it names none. */
export function changedRows(changes: PageChanges | null, inside: string): number[] | null {
  if (changes === null || !inside.startsWith(galleryPrefix)) return null;
  const list = changeLists(changes).find(({ id }) => galleryPrefix + id === inside);
  // An image with several classes in the list is there once.
  return list ? [...new Set(list.images.map(({ row }) => row))] : null;
}

/** What an earlier run answered for an image; null where it is in no list. */
export function earlierAnswer(changes: PageChanges | null, row: number): ChangedRow | null {
  if (changes === null) return null;
  for (const { images } of imageLists(changes)) {
    const own = images.find((one) => one.row === row);
    if (own && 'predicted' in own) return own;
  }
  return null;
}

/** What changed about the classes of an image, those of the weightier lists first. */
export function changedPairs(changes: PageChanges | null, row: number): ChangedPairRow[] {
  if (!changes?.pairs) return [];
  const found = new Map<number, ChangedPairRow>();
  for (const { images } of pairLists(changes.pairs)) {
    for (const change of images) {
      if ('class' in change && change.row === row && !found.has(change.class)) found.set(change.class, change);
    }
  }
  return [...found.values()];
}

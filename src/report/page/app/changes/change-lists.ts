/** The lists of images that changed, by the names that addresses use. */

import type { ImageList } from '../../../diff/contract.ts';
import type { ChangedRow, PageChanges } from '../../page-data.ts';

export interface ChangeList extends ImageList<ChangedRow> {
  /** As in `#/changes/<id>`; `changes-<id>` names its images in the gallery. */
  id: string;
  title: string;
  meaning: string;
  tone?: 'wrong' | 'right';
}

/** In the order of their weight; those that no image is in too. */
export function changeLists(changes: PageChanges): ChangeList[] {
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

export const galleryPrefix = 'changes-';

/** Images of a list by its name in the gallery's address; null when it names none. */
export function changedRows(changes: PageChanges | null, inside: string): number[] | null {
  if (changes === null || !inside.startsWith(galleryPrefix)) return null;
  const list = changeLists(changes).find(({ id }) => galleryPrefix + id === inside);
  return list ? list.images.map(({ row }) => row) : null;
}

/** What an earlier run answered for an image; null where it is in no list. */
export function earlierAnswer(changes: PageChanges | null, row: number): ChangedRow | null {
  if (changes === null) return null;
  for (const { images } of changeLists(changes)) {
    const own = images.find((one) => one.row === row);
    if (own) return own;
  }
  return null;
}

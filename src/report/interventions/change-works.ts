/** What the threads that change pictures can be asked for. */

import type { Shift } from '../../interventions/marks/alignment.ts';
import { type Marks, whereMarksAre } from '../../interventions/marks/marks-in.ts';
import type { SeenImage } from '../../interventions/network.ts';
import { type Measurements, measured } from '../../interventions/statistics/statistics.ts';
import type { Works } from '../../shared/threads/thread-calls.ts';
import {
  type Change,
  type ChangeableImage,
  type ChangedPictures,
  changedPictures,
  lent,
  type MarksChange,
  marksChange,
} from './change.ts';

export type ChangeCalls = {
  measure: { order: SeenImage; answer: Measurements };
  marks: { order: readonly ChangeableImage[]; answer: MarksChange | null };
  whereMarksAre: { order: { marks: Marks; pictures: readonly SeenImage[] }; answer: (Shift | null)[] };
  change: {
    order: { image: ChangeableImage; changes: readonly Change[] };
    answer: (ChangedPictures | null)[];
  };
  lend: {
    order: { change: Change; donor: ChangeableImage; values: Measurements; recipient: SeenImage };
    answer: SeenImage | null;
  };
};

export const changeWorks: Works<ChangeCalls> = {
  measure: measured,
  marks: marksChange,
  whereMarksAre: ({ marks, pictures }) => whereMarksAre(marks, pictures),
  change: ({ image, changes }) => changes.map((change) => changedPictures(change, image)),
  lend: ({ change, donor, values, recipient }) => lent(change, donor, values, recipient),
};

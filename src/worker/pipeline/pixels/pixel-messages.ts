/** What the main thread and a pixel thread say to each other: numbers and texts. Pixels lie in the slots, which both share. */

import type { CarriedError } from '../../../shared/threads/carried-error.ts';
import type { SettledImage } from '../settled-image.ts';
import type { StageReport } from '../stage-watch.ts';
import type { CommitOrder, FinishedImage, FinishOrder, PrepareOrder } from './image-work.ts';
import type { RunOrder, SharedSlots } from './run-images.ts';

/** What a thread can be asked for, with what it answers. */
export interface PixelCalls {
  prepare: { order: PrepareOrder; answer: SettledImage | null };
  finish: { order: FinishOrder; answer: FinishedImage };
  commit: { order: CommitOrder; answer: undefined };
  /** The run's last order. */
  close: { order: null; answer: undefined };
}

export type PixelCall = keyof PixelCalls;

/** `run` is a number that the main thread gives to each run that it opens. */
export type PixelRequest =
  | { type: 'open'; run: number; order: RunOrder; slots: SharedSlots }
  | { [Call in PixelCall]: { type: Call; run: number; id: number; order: PixelCalls[Call]['order'] } }[PixelCall]
  | { type: 'end' };

/** With `report`, from a thread that was started to measure. */
export type PixelReply = { id: number; report?: StageReport } & (
  | { answer: PixelCalls[PixelCall]['answer'] }
  | { error: CarriedError }
);

/** What a thread is given when it starts, if it is to say how long its stages take. */
export const measuring = 'measuring';

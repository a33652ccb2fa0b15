/** What the threads of a pool are asked and answer. */

import type { CarriedError } from './carried-error.ts';

/** What threads can be asked for, with what they answer: structured clones both. */
export type Calls = Record<string, { order: unknown; answer: unknown }>;

/** How each call is answered. */
export type Works<All extends Calls> = { [Call in keyof All]: (order: All[Call]['order']) => All[Call]['answer'] };

export interface PoolRequest<All extends Calls, Call extends keyof All = keyof All> {
  id: number;
  call: Call;
  order: All[Call]['order'];
}

export type PoolReply<All extends Calls> = { id: number } & (
  | { answer: All[keyof All]['answer'] }
  | { error: CarriedError }
);

/**
 * The states of a run and the moves between them.
 *
 *     planning -> running -> finishing -> complete
 *
 * | move | from | to |
 * |---|---|---|
 * | `pauseRun` | planning, running | paused |
 * | `resumeRun` | paused, failed | running, or planning when planning has not ended |
 * | `cancelRun` | planning, running, paused, failed | cancelled, for good |
 * | `failRun` | planning, running, paused, finishing | failed |
 * | `reopenRun` | running, failed, complete | paused |
 *
 * Shards are started in planning and running; those under way are still committed while the run is paused.
 */

import { z } from 'zod';
import { type LedgerState, runStates } from './contract.ts';
import type { RunLedger } from './run-keys.ts';
import { loadScript, type Reply, runScript, type Script, unknownReply } from './script.ts';

export const ledgerState = z.enum(runStates);

/** Of runs that have not ended. */
const ongoingStates: ReadonlySet<LedgerState> = new Set(['planning', 'running', 'paused', 'finishing']);

export function isOngoing(state: LedgerState): boolean {
  return ongoingStates.has(state);
}

/** The run is not in this Redis: it was never there, was forgotten, or Redis lost its data. */
export interface NoSuchRun {
  result: 'no-such-run';
}

/** The run takes nothing more in its state. */
interface RunNotRunning {
  result: 'run-not-running';
  state: LedgerState;
}

export type Refusal = NoSuchRun | RunNotRunning;

/** `already`: it was there before, and nothing changed. `not-allowed`: `state` has no such move. */
export type Move = { result: 'moved' | 'already' | 'not-allowed'; state: LedgerState } | NoSuchRun;

const pause = loadScript('pause-run');
const resume = loadScript('resume-run');
const cancel = loadScript('cancel-run');
const fail = loadScript('fail-run', ['code', 'message']);

export async function pauseRun(ledger: RunLedger): Promise<Move> {
  return moveOf(pause, await runScript(ledger, pause, {}));
}

/** After resuming, shards that were handed out and dropped have to be enqueued again: see `listShards`. */
export async function resumeRun(ledger: RunLedger): Promise<Move> {
  return moveOf(resume, await runScript(ledger, resume, {}));
}

export async function cancelRun(ledger: RunLedger): Promise<Move> {
  return moveOf(cancel, await runScript(ledger, cancel, {}));
}

/** The first reason stays. `message` says what happened and what to do. */
export async function failRun(ledger: RunLedger, code: string, message: string): Promise<Move> {
  return moveOf(fail, await runScript(ledger, fail, { code, message }));
}

export function moveOf(script: Script, reply: Reply): Move {
  const { result, values } = reply;
  if (result === 'no-such-run') return { result };
  if (result === 'moved' || result === 'already' || result === 'not-allowed') {
    return { result, state: ledgerState.parse(values[0]) };
  }
  throw unknownReply(script, reply);
}

/** The refusals that scripts share; any other reply is one that the script does not have. */
export function refusalOf(script: Script, reply: Reply): Refusal {
  if (reply.result === 'no-such-run') return { result: reply.result };
  if (reply.result === 'run-not-running') return { result: reply.result, state: ledgerState.parse(reply.values[0]) };
  throw unknownReply(script, reply);
}

/**
 * Which shards are under way, and which image each of their workers is at.
 *
 * A worker begins with `startShard` and ends with `commitShard` or `releaseShard`. An attempt that does neither died with its
 * process, or is held up beyond its lock: the next `startShard` counts a crash. A shard that crashed is done again image by
 * image, each named by `setBreadcrumb` before it is decoded; a crash then points at that image. A killed machine points at an
 * innocent one just so, so only the caller can say how many crashes of one image are enough.
 *
 * Breadcrumbs mean something only if the process does nothing else at that time.
 */

import { z } from 'zod';
import type { RunLedger } from './run-keys.ts';
import { type Refusal, refusalOf } from './run-state.ts';
import { loadScript, type Reply, runScript, type Script, unknownReply } from './script.ts';
import type { NotInPlan } from './settle-shard.ts';

/** An image that was in a breadcrumb when its process died. */
export interface Suspect {
  place: number;
  key: string;
  crashes: number;
}

export type Start =
  | {
      result: 'started';
      /** How often this shard's process died before. */
      crashes: number;
      /** In the shard's order. */
      suspects: Suspect[];
    }
  | { result: 'already-committed' | 'given-up' }
  | NotInPlan
  | Refusal;

/** The attempt is no longer the shard's: the shard is settled, was handed back, or another worker has it. */
export interface StaleAttempt {
  result: 'superseded';
}

const start = loadScript('start-shard', ['shard', 'token', 'worker']);
const set = loadScript('set-breadcrumb', ['shard', 'token', 'place', 'key']);
const clear = loadScript('clear-breadcrumb', ['shard', 'token']);
const release = loadScript('release-shard', ['shard', 'token']);

/** @param token unique to this attempt; starting again with it changes nothing */
export async function startShard(ledger: RunLedger, shard: number, token: string, worker: string): Promise<Start> {
  const reply = await runScript(ledger, start, { shard, token, worker });
  switch (reply.result) {
    case 'started': {
      const [crashes, suspects] = started.parse(reply.values);
      return { result: reply.result, crashes, suspects: suspectsOf(suspectTable.parse(JSON.parse(suspects))) };
    }
    case 'already-committed':
    case 'given-up':
    case 'not-in-plan':
      return { result: reply.result };
    default:
      return refusalOf(start, reply);
  }
}

export async function setBreadcrumb(
  ledger: RunLedger,
  shard: number,
  token: string,
  image: { place: number; key: string },
): Promise<{ result: 'set' } | StaleAttempt> {
  const reply = await runScript(ledger, set, { ...image, shard, token });
  return reply.result === 'set' ? { result: reply.result } : staleAttemptOf(set, reply);
}

export async function clearBreadcrumb(
  ledger: RunLedger,
  shard: number,
  token: string,
): Promise<{ result: 'cleared' } | StaleAttempt> {
  const reply = await runScript(ledger, clear, { shard, token });
  return reply.result === 'cleared' ? { result: reply.result } : staleAttemptOf(clear, reply);
}

/** Hands a shard back unfinished, for any reason but a crash: a stop, a lost connection, a retry later. */
export async function releaseShard(
  ledger: RunLedger,
  shard: number,
  token: string,
): Promise<{ result: 'released' } | StaleAttempt> {
  const reply = await runScript(ledger, release, { shard, token });
  return reply.result === 'released' ? { result: reply.result } : staleAttemptOf(release, reply);
}

const started = z.tuple([z.number(), z.string()]);
const suspectTable = z.record(z.string(), z.object({ key: z.string(), crashes: z.number() }));

function suspectsOf(table: z.infer<typeof suspectTable>): Suspect[] {
  return Object.entries(table)
    .map(([place, { key, crashes }]) => ({ place: Number(place), key, crashes }))
    .sort((a, b) => a.place - b.place);
}

function staleAttemptOf(script: Script, reply: Reply): StaleAttempt {
  if (reply.result === 'superseded') return { result: reply.result };
  throw unknownReply(script, reply);
}

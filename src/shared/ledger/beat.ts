import type { RunLedger } from './run-keys.ts';
import { type Refusal, refusalOf } from './run-state.ts';
import { loadScript, runScript } from './script.ts';

const beatScript = loadScript('beat');

/**
 * Says that a worker of the run is alive between two commits.
 * @param loopDelay longest time that its event loop was held up, in milliseconds
 */
export async function beat(
  { redis, keys }: RunLedger,
  worker: string,
  loopDelay = 0,
): Promise<{ result: 'counted' } | Refusal> {
  const reply = await runScript(redis, beatScript, [keys.run, keys.workers], [worker, loopDelay]);
  return reply.result === 'counted' ? { result: reply.result } : refusalOf(beatScript, reply);
}

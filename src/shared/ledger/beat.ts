import type { RunLedger } from './run-keys.ts';
import { type Refusal, refusalOf } from './run-state.ts';
import { loadScript, runScript } from './script.ts';

const beatScript = loadScript('beat', ['worker', 'delay', 'provider']);

/**
 * Says that a worker of the run is alive between two commits.
 * @param delay longest time that its event loop was held up, in milliseconds
 * @param provider execution provider with which it explains
 */
export async function beat(
  ledger: RunLedger,
  worker: string,
  delay = 0,
  provider = '',
): Promise<{ result: 'counted' } | Refusal> {
  const reply = await runScript(ledger, beatScript, { worker, delay, provider });
  return reply.result === 'counted' ? { result: reply.result } : refusalOf(beatScript, reply);
}

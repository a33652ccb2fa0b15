import type { LedgerState } from '../../contract.ts';

const names: Readonly<Record<LedgerState, string>> = {
  planning: 'listing',
  running: 'running',
  paused: 'paused',
  finishing: 'finishing',
  complete: 'complete',
  cancelled: 'cancelled',
  failed: 'failed',
};

export function StateBadge({ state }: { state: LedgerState }) {
  return <span class={`state state-${state}`}>{names[state]}</span>;
}

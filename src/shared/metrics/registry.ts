import { collectDefaultMetrics, Registry } from 'prom-client';
import { processMetrics } from './metric-table.ts';

type Role = 'worker' | 'producer' | 'scheduler';

/** The metrics of one process, to begin with those of Node.js: memory, processor, event-loop delay, garbage collection. */
export function openRegistry(role: Role, version: string): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  processMetrics.build.open(registry).set({ version, role }, 1);
  return registry;
}

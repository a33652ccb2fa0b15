import type { Command } from 'commander';
import type { ListenAddress } from '../shared/metrics/listen-address.ts';

export interface MetricsOption {
  metrics?: string;
}

export function addMetricsOption(command: Command): Command {
  return command.option(
    '--metrics <address>',
    'serve /metrics, /livez and /readyz: a port, reached from anywhere, or an address such as 127.0.0.1:9464',
  );
}

/** Null where none is asked for. @throws UserError `bad-metrics-address` */
export async function metricsAddress({ metrics }: MetricsOption): Promise<ListenAddress | null> {
  if (metrics === undefined) return null;
  const { parseListenAddress } = await import('../shared/metrics/listen-address.ts');
  return parseListenAddress(metrics);
}

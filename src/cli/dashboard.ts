import type { Command } from 'commander';
import { addRedisOption, type RedisOption, redisAddress } from './redis-option.ts';
import { toldToStop } from './stop-signals.ts';
import { wholeNumber } from './whole-number.ts';

const notes = `
Without --host it answers this machine alone, and whoever works on it. Elsewhere it needs a token of at least 16 characters, in
GRADLINE_DASHBOARD_TOKEN: other users of a machine can read a --token. It speaks HTTP: put TLS in front of it. Ctrl-C ends it.

Examples:
  gradline dashboard
  GRADLINE_DASHBOARD_TOKEN=$(openssl rand -hex 24) gradline dashboard --host 0.0.0.0 --allow-host runs.example.com
`;

const usualPort = 8090;
const portNumber = wholeNumber('It must be a number from 0 to 65535.', 0, 65_535);

interface DashboardOptions extends RedisOption {
  host: string;
  port: number;
  token?: string;
  allowHost?: string;
  readOnly?: boolean;
}

export function addDashboardCommand(program: Command): void {
  const command = program
    .command('dashboard')
    .summary('see and steer the fleet in a browser')
    .description('Serves a page with the runs of a fleet as they go: start, pause, resume, cancel, reports, failures.');
  addRedisOption(command)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0: a free one', portNumber, usualPort)
    .option('--token <text>', 'what one signs in with (default: GRADLINE_DASHBOARD_TOKEN)')
    .option('--allow-host <names>', 'further names by which it is called, as a proxy in front of it has')
    .option('--read-only', 'show only: nothing can be started, paused or cancelled')
    .addHelpText('after', notes)
    .action(dashboardAction);
}

async function dashboardAction(options: DashboardOptions): Promise<void> {
  const [{ serveDashboard }, { splitList }, { settingGroups }, { packageFacts }, { errorText }] = await Promise.all([
    import('../dashboard/serve-dashboard.ts'),
    import('../shared/run/setting-values.ts'),
    import('./run-options.ts'),
    import('./package-facts.ts'),
    import('./print-error.ts'),
  ]);
  const ended = toldToStop();
  const dashboard = await serveDashboard({
    redis: redisAddress(options),
    host: options.host,
    port: options.port,
    token: options.token || process.env.GRADLINE_DASHBOARD_TOKEN || null,
    names: splitList(options.allowHost ?? ''),
    readOnly: options.readOnly ?? false,
    settingGroups,
    version: packageFacts().version,
    onDefect: (error) => process.stderr.write(errorText(error)),
  });
  for (const warning of dashboard.warnings) process.stderr.write(`Warning: ${warning}\n`);
  process.stdout.write(`The dashboard is at ${dashboard.address}\nCtrl-C ends it.\n`);
  await ended;
  await dashboard.close();
}

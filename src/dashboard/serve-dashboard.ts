/** The dashboard as a server. */

import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { UserError } from '../explain/user-error.ts';
import { readBuiltPage } from '../report/serve/built-page.ts';
import { listenError } from '../report/serve/serve-output.ts';
import { isLoopback } from '../shared/access/hosts.ts';
import { makeSecrets } from '../shared/access/secrets.ts';
import { checkRedis } from '../shared/ledger/check-redis.ts';
import { connectRedis } from '../shared/ledger/connect-redis.ts';
import { parseRedisAddress } from '../shared/ledger/redis-address.ts';
import { openShardQueue } from '../shared/queue/shard-queue.ts';
import { indexHtml } from './index-html.ts';
import { Poller } from './live/poller.ts';
import { makeQueueBoard } from './queue-board.ts';
import { dashboardRoutes } from './routes.ts';
import type { SettingGroup } from './runs/form.ts';
import { Notices } from './runs/notices.ts';
import { Outputs } from './runs/outputs.ts';
import { RunStarts } from './runs/run-starts.ts';
import { ScheduleRows } from './runs/schedule-rows.ts';

export interface DashboardSettings {
  /** Address of Redis; may hold a password. */
  redis: string;
  host: string;
  /** 0: a free one. */
  port: number;
  /** What somebody signs in with; null: nobody has to, which only this machine's own address allows. */
  token: string | null;
  /** Further names by which the server may be called. */
  names: readonly string[];
  readOnly: boolean;
  /** Of the form that starts a run. */
  settingGroups: readonly SettingGroup[];
  version: string;
  /** Told, with its trace, of what is wrong with the dashboard itself. */
  onDefect(error: unknown): void;
}

export interface Dashboard {
  /** Such as `http://127.0.0.1:8090`. */
  address: string;
  /** What can go wrong with this Redis. */
  warnings: readonly string[];
  close(): Promise<void>;
}

/** @throws UserError `token-needed`, `weak-token`, `port-in-use`, and those of `checkRedis`; RedisError */
export async function serveDashboard(settings: DashboardSettings): Promise<Dashboard> {
  const { host, port, token, names, readOnly, settingGroups, version, onDefect } = settings;
  if (token === null && !isLoopback(host)) {
    throw new UserError(
      'token-needed',
      `Others can reach ${host}, and the dashboard changes runs: give a token in GRADLINE_DASHBOARD_TOKEN, for example what ` +
        '`openssl rand -hex 24` prints, or leave --host out to serve this machine alone.',
    );
  }
  const secrets = makeSecrets(token);
  const files = await readBuiltPage('dashboard/app', indexHtml);
  const redis = await connectRedis(settings.redis, { use: 'command', onProblem: () => undefined });
  const ends: (() => Promise<unknown> | unknown)[] = [() => redis.disconnect()];
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const { warnings } = await checkRedis(redis);
    const poller = new Poller(redis);
    const notices = new Notices();
    const outputs = new Outputs();
    const starts = new RunStarts(settings.redis, notices);
    const queue = openShardQueue(redis);
    ends.push(
      () => queue.close(),
      () => outputs.close(),
      () => starts.close(),
      () => poller.close(),
    );
    const routes = dashboardRoutes({
      ...{ redis, secrets, readOnly, settingGroups, files, version, onDefect },
      redisShown: parseRedisAddress(settings.redis).shown,
      names: isLoopback(host) ? names : [...names, host],
      ...{ poller, notices, outputs, starts },
      schedules: new ScheduleRows(redis),
      queueBoard: makeQueueBoard(queue, '/queue'),
    });
    await poller.start();
    const server = createAdaptorServer({ fetch: routes.fetch });
    if (!isPlain(server)) throw new Error('The server does not speak HTTP/1.1.');
    const address = await listen(server, host, port);
    ends.push(
      () =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    );
    return { address, warnings, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function isPlain(server: object): server is Server {
  return 'closeAllConnections' in server;
}

async function listen(server: Server, host: string, port: number): Promise<string> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: bare, port, exclusive: true }, resolve);
  }).catch((error: unknown) => {
    throw listenError(error, port);
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('The server has no port.');
  return `http://${bare.includes(':') ? `[${bare}]` : bare}:${bound.port}`;
}

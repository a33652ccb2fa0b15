/** Which address answers with what. */

import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { findRun } from '../control/find-run.ts';
import { UserError } from '../explain/user-error.ts';
import { contentSecurityPolicy, safetyHeaders } from '../report/serve/answer-headers.ts';
import { answerWithObject } from '../report/serve/answer-request.ts';
import type { PageFile } from '../report/serve/built-page.ts';
import { requestedKey } from '../report/serve/requested-key.ts';
import { ownHostOnly, ownPageOnly, signedInOnly } from '../shared/access/guard.ts';
import type { Refused } from '../shared/access/refused.ts';
import type { Secrets } from '../shared/access/secrets.ts';
import { failuresKept } from '../shared/ledger/failures.ts';
import type { RedisClient } from '../shared/ledger/run-keys.ts';
import { redisProblem } from '../shared/metrics/redis-problem.ts';
import { signInRoutes } from './access/sign-in.ts';
import type { Session } from './contract.ts';
import { ClientEvents } from './live/client-events.ts';
import type { Poller } from './live/poller.ts';
import { refusalOf, settingNamedIn } from './refusals.ts';
import { actions } from './runs/actions.ts';
import { formGroups, type SettingGroup } from './runs/form.ts';
import type { Notices } from './runs/notices.ts';
import { isShown, type Outputs, readPicture } from './runs/outputs.ts';
import type { RunStarts } from './runs/run-starts.ts';
import type { ScheduleRows } from './runs/schedule-rows.ts';

export interface DashboardParts {
  redis: RedisClient;
  /** Address of Redis without user and password. */
  redisShown: string;
  version: string;
  secrets: Secrets;
  readOnly: boolean;
  /** Further names by which the server may be called. */
  names: readonly string[];
  settingGroups: readonly SettingGroup[];
  files: readonly PageFile[];
  poller: Poller;
  notices: Notices;
  outputs: Outputs;
  starts: RunStarts;
  schedules: ScheduleRows;
  /** Shows the queue below `/queue`. */
  queueBoard: Hono;
  /** Told of defects. */
  onDefect(error: unknown): void;
}

type Routes = Hono<{ Bindings: HttpBindings }>;

const startBody = z.object({
  settings: z.record(z.string().max(100), z.union([z.string().max(10_000), z.boolean()])),
  run: z.string().max(200).nullable(),
});
const actionBody = z.object({ codes: z.array(z.string().max(200)).max(100).nullable().default(null) });
const noticeBody = z.object({ id: z.int() });
const largestBody = 256 * 1024;

/**
 * A report is made of scripts from the output, which others may write to. In a sandbox it has an origin of its own: whatever it
 * runs, it can neither ask this server for changes nor read an answer of it.
 */
const outputHeaders = {
  ...safetyHeaders,
  'Content-Security-Policy': `${contentSecurityPolicy}; sandbox allow-scripts allow-downloads allow-popups`,
  // What it loads counts as asked for from elsewhere. The address itself is the secret.
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

export function dashboardRoutes(parts: DashboardParts): Routes {
  const { redis, secrets, names, readOnly } = parts;
  const routes: Routes = new Hono();
  // For an orchestrator's probes: before the checks of who asks, and nothing but the state is told.
  routes.get('/livez', (context) => context.text('ok\n'));
  routes.get('/readyz', async (context) => {
    const problem = await redisProblem(redis);
    return problem === null ? context.text('ok\n') : context.text(`${problem}\n`, 503);
  });
  routes.use(ownHostOnly(names));
  routes.get(`/outputs/${secrets.outputs}/:run/*`, async ({ req, env }) => {
    for (const [name, value] of Object.entries(outputHeaders)) env.outgoing.setHeader(name, value);
    const run = decodeURIComponent(req.path.split('/')[3] ?? '');
    const key = requestedKey(`/${req.path.split('/').slice(4).join('/')}`);
    const { status } = await findRun(parts.redis, run, 0);
    const { store } = await parts.outputs.open(run, status.output);
    if (key === null || !isShown(key)) throw new UserError('no-such-run', 'There is no such file.');
    await answerWithObject(store, key, env.incoming, env.outgoing);
    return RESPONSE_ALREADY_SENT;
  });
  routes.use(pageHeaders());
  for (const { name, contentType, content } of parts.files) {
    routes.get(name === 'index.html' ? '/' : `/${name}`, (context) =>
      context.body(content, 200, { 'Content-Type': contentType, 'Cache-Control': 'no-cache' }),
    );
  }
  routes.use(bodyLimit({ maxSize: largestBody }));
  routes.route('/', signInRoutes(secrets));
  routes.use(signedInOnly(secrets), ownPageOnly(secrets, readOnly));
  routes.route('/api', apiRoutes(parts));
  routes.get('/queue/', (context) => context.redirect('/queue'));
  routes.route('/queue', parts.queueBoard);
  routes.notFound((context) => context.json<Refused>({ code: 'not-found', message: 'There is no such page.' }, 404));
  routes.onError((error, context) => {
    const refusal = refusalOf(error);
    if (refusal !== null) return context.json(refusal.body, refusal.status);
    parts.onDefect(error);
    const message = 'Something is wrong with the dashboard itself. Its terminal says more.';
    return context.json<Refused>({ code: 'internal', message }, 500);
  });
  return routes;
}

function pageHeaders() {
  return secureHeaders({
    ...{ crossOriginResourcePolicy: 'same-origin', crossOriginOpenerPolicy: 'same-origin' },
    ...{ referrerPolicy: 'no-referrer', xFrameOptions: 'DENY', strictTransportSecurity: false },
    contentSecurityPolicy: {
      ...{ defaultSrc: ["'none'"], scriptSrc: ["'self'"], connectSrc: ["'self'"], fontSrc: ["'self'"] },
      // Charts bring style elements with them.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      ...{ baseUri: ["'self'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
    },
  });
}

function apiRoutes(parts: DashboardParts): Routes {
  const { redis, poller, notices, secrets } = parts;
  const routes: Routes = new Hono();
  routes.use(async (context, next) => {
    await next();
    context.header('Cache-Control', 'no-store');
  });
  routes.get('/session', (context) => {
    const { readOnly, redisShown, version } = parts;
    const hasToken = secrets.session !== null;
    return context.json<Session>({ csrf: secrets.csrf, readOnly, hasToken, redis: redisShown, version });
  });
  routes.get('/events', (context) => {
    const { run = '', workers } = context.req.query();
    const wanted = { run: run === '' ? null : run, workers: workers === '1' };
    return streamSSE(context, async (stream) => {
      const gone = new AbortController();
      stream.onAbort(() => gone.abort());
      const client = new ClientEvents(wanted);
      for await (const snapshot of poller.watch(wanted.run, gone.signal)) {
        for (const event of client.of(snapshot, notices.list)) await stream.writeSSE(event);
      }
    });
  });
  routes.get('/form', (context) => context.json(formGroups(parts.settingGroups)));
  routes.get('/schedules', async (context) => context.json(await parts.schedules.read()));
  routes.post('/runs', async (context) => {
    const { settings, run } = bodyOf(startBody, await context.req.json());
    try {
      const started = await parts.starts.start(settings, run);
      await poller.refresh();
      return context.json(started, 201);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null) throw error;
      const { body, status } = refusal;
      const setting = body.setting ?? settingNamedIn(body.message, settings);
      return context.json<Refused>({ ...body, ...(setting === undefined ? {} : { setting }) }, status);
    }
  });
  routes.post('/notices', async (context) => {
    notices.dismiss(bodyOf(noticeBody, await context.req.json()).id);
    await poller.refresh();
    return context.body(null, 204);
  });
  routes.get('/runs/:run/output', async (context) => {
    const run = context.req.param('run');
    const { status } = await findRun(redis, run, 0);
    return context.json(await parts.outputs.look(run, status.output, (key) => outputAddress(secrets, run, key)));
  });
  routes.get('/runs/:run/picture', async (context) => {
    const { run } = context.req.param();
    const { key = '' } = context.req.query();
    const { status } = await findRun(redis, run, failuresKept);
    // Only what the page lists: this is no way to read the rest of the input.
    if (!status.latestFailures.some((failure) => failure.key === key)) {
      throw new UserError('not-shown', 'That image is not among the latest failures of the run.');
    }
    const { input } = await parts.outputs.open(run, status.output);
    const { type, bytes } = await readPicture(input, key);
    return context.body(new Uint8Array(bytes), 200, { 'Content-Type': type });
  });
  routes.post('/runs/:run/:action', async (context) => {
    const { run, action } = context.req.param();
    const act = Object.hasOwn(actions, action) ? actions[action] : undefined;
    if (act === undefined) return context.notFound();
    const { codes } = bodyOf(actionBody, await context.req.json());
    const acted = await act(redis, run, codes);
    await poller.refresh();
    return context.json(acted);
  });
  return routes;
}

function outputAddress({ outputs }: Secrets, run: string, key: string): string {
  return `/outputs/${outputs}/${encodeURIComponent(run)}/${key}`;
}

function bodyOf<Body>(schema: z.ZodType<Body>, given: unknown): Body {
  const body = schema.safeParse(given);
  if (body.success) return body.data;
  throw new UserError('bad-request', `The request cannot be read: ${z.prettifyError(body.error)}`);
}

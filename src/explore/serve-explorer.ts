/** A run's output for a browser on this machine, with a report that explains on demand. */

import { createServer } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import { UserError } from '../explain/user-error.ts';
import { exploringIndex } from '../report/page/index-html.ts';
import { safetyHeaders } from '../report/serve/answer-headers.ts';
import { answerRequest, pagePath } from '../report/serve/answer-request.ts';
import { readBuiltPage } from '../report/serve/built-page.ts';
import { listenLocally, type OutputServer } from '../report/serve/serve-output.ts';
import { ownHostOnly, ownPageOnly } from '../shared/access/guard.ts';
import type { Refused } from '../shared/access/refused.ts';
import { makeSecrets } from '../shared/access/secrets.ts';
import { ImageError } from '../shared/picture/image-error.ts';
import { type Store, StoreError } from '../shared/store/store.ts';
import { InferenceError } from '../worker/pipeline/inference/inference.ts';
import { QuarantineError } from '../worker/pipeline/quarantine.ts';
import { explanationRequest } from './contract.ts';
import type { Explorer } from './explorer.ts';
import { explanationPath, modelPath } from './terms.ts';

/** A request names a picture, a layer, a class and some rectangles. */
const largestBody = 32 * 1024;

const statuses: Readonly<Record<string, ContentfulStatusCode>> = { busy: 429, closed: 503 };

/**
 * As `serveOutput`, and explains what the report's page asks for. That page comes from this program and not from the output, which others may
 * have written to; its data still do. What is asked must come from this server's own page.
 * @param port 0: a free one
 * @param onDefect told of errors that are not the reader's, with their trace
 * @throws UserError `port-in-use`
 */
export async function serveExplorer(
  output: Store,
  explorer: Explorer,
  port: number,
  onDefect: (error: unknown) => void,
): Promise<OutputServer> {
  const secrets = makeSecrets(null);
  const routes = new Hono<{ Bindings: HttpBindings }>();
  routes.use(ownHostOnly([]));
  routes.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(safetyHeaders)) context.header(name, value);
  });
  for (const { name, contentType, content } of await readBuiltPage('report/page/app', exploringIndex(secrets.csrf))) {
    routes.get(`/report/${name}`, (context) =>
      context.body(content, 200, { 'Content-Type': contentType, 'Cache-Control': 'no-cache' }),
    );
  }
  routes.get('/report/', (context) => context.redirect(pagePath));
  routes.get(`/${modelPath}`, async (context) => context.json(await explorer.describe()));
  routes.use(
    `/${explanationPath}`,
    ownPageOnly(secrets, false),
    bodyLimit({ maxSize: largestBody, onError: tooLarge }),
  );
  routes.post(`/${explanationPath}`, async (context) => {
    const request = explanationRequest.safeParse(await context.req.json().catch(() => null));
    if (!request.success) {
      throw new UserError('bad-request', `The request cannot be read: ${z.prettifyError(request.error)}`);
    }
    const answer = await explorer.explain(request.data, context.req.raw.signal);
    context.header('Cache-Control', 'no-store');
    return context.json(answer);
  });
  routes.all('*', async ({ env }) => {
    await answerRequest(output, env.incoming, env.outgoing);
    return RESPONSE_ALREADY_SENT;
  });
  routes.onError((error, context) => {
    const refusal = refusalOf(error);
    if (refusal !== null) return context.json(refusal.body, refusal.status);
    // Nobody waits for an answer any more.
    if (error.name !== 'AbortError') onDefect(error);
    const message = 'Something is wrong with the server itself. Its terminal says more.';
    return context.json<Refused>({ code: 'internal', message }, 500);
  });
  const server = await listenLocally(createServer(getRequestListener(routes.fetch)), port);
  return {
    address: server.address,
    close: async () => {
      await server.close();
      await explorer.close();
    },
  };
}

function tooLarge(context: Context): Response {
  const message = `A request has at most ${largestBody / 1024} KiB.`;
  return context.json<Refused>({ code: 'too-large', message }, 413);
}

/** What a reader can act on is told, a defect is not. */
function refusalOf(error: Error): { status: ContentfulStatusCode; body: Refused } | null {
  if (error instanceof StoreError) {
    return { status: error.code === 'not-found' ? 404 : 502, body: { code: error.code, message: error.message } };
  }
  const isOfPicture = error instanceof ImageError || error instanceof QuarantineError;
  const isTold = error instanceof UserError || error instanceof InferenceError || isOfPicture;
  if (!isTold || error.code === 'internal') return null;
  return { status: statuses[error.code] ?? 422, body: { code: error.code, message: error.message } };
}

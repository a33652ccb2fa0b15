/** What a process says of itself over HTTP: `/metrics` for Prometheus and KEDA, `/livez` and `/readyz` for Kubernetes. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { UserError } from '../../explain/user-error.ts';
import type { ListenAddress } from './listen-address.ts';

export interface Observed {
  registry: Registry;
  /** Brings the metrics up to date. Where it throws, they cannot be told, and are not. */
  beforeScrape?(): Promise<void>;
  /** What is so wrong that only a restart helps, in a sentence; null: nothing. */
  live(): string | null;
  /** Why it cannot do its work now, in a sentence; null: it can. */
  ready(): Promise<string | null>;
}

export interface MetricsServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:9464`. */
  readonly url: string;
}

interface Answer {
  status: number;
  type: string;
  body: string;
}

/** @throws UserError `metrics-address-taken` where it cannot listen there */
export async function startMetricsServer({ host, port }: ListenAddress, observed: Observed): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    void answer(request, observed)
      // A number that cannot be told must not read as another one: KEDA would take workers away.
      .catch((error: unknown) => plain(503, error instanceof Error ? error.message : String(error)))
      .then((found) => send(response, found));
  });
  // Listens for what fails before it listens.
  const listening = once(server, 'listening');
  server.listen(host === null ? { port } : { host, port });
  await listening.catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      'metrics-address-taken',
      `--metrics cannot listen at ${host ?? 'port'}${host === null ? ' ' : ':'}${port}: ${reason}. Give another port or address.`,
    );
  });
  const bound = server.address();
  const at = typeof bound === 'object' && bound !== null ? bound.port : port;
  const shown = host === null ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shown}:${at}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(request: IncomingMessage, observed: Observed): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'Only GET is answered here.');
  switch (request.url?.replace(/\?.*$/s, '')) {
    case '/metrics': {
      await observed.beforeScrape?.();
      const { registry } = observed;
      return { status: 200, type: registry.contentType, body: await registry.metrics() };
    }
    case '/livez':
      return health(observed.live());
    case '/readyz':
      return health(observed.live() ?? (await observed.ready()));
    default:
      return plain(404, 'Here are /metrics, /livez and /readyz.');
  }
}

function health(problem: string | null): Answer {
  return problem === null ? plain(200, 'ok') : plain(503, problem);
}

function plain(status: number, text: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n` };
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  // Node.js leaves the body out of the answer to HEAD.
  response.end(body);
}

/** A proxy in front of a real S3 server that makes the faults of networks and of busy servers, as they are switched on. */

import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Random } from '../../demo/draw/random.ts';

/** What can become of a request. */
const faultKinds = ['slowDown', 'reset', 'lost', 'truncated', 'halfOpen'] as const;
type FaultKind = (typeof faultKinds)[number];

export interface Faults {
  /** Chance, 0 to 1, of the answer 503 SlowDown. The server does not hear of the request; so with `reset`. */
  slowDown?: number;
  /** Of a connection that is reset before the request was passed on. */
  reset?: number;
  /** Of a connection that is reset after the server has done what was asked. */
  lost?: number;
  /** Of a body that breaks off in the middle; an answer without a body is lost instead. */
  truncated?: number;
  /** Of a connection that stays open and on which nothing comes. */
  halfOpen?: number;
  /** Milliseconds that each answer takes longer. */
  latency?: number;
}

export interface FaultProxy {
  /** The address to use instead of the server's. */
  readonly endpoint: string;
  /** Requests so far, and how many of them met with which fault. */
  readonly counts: Readonly<Record<FaultKind | 'requests', number>>;
  /** From now on; what is left out does not happen. */
  set(faults: Faults): void;
  stop(): Promise<void>;
}

/**
 * What becomes of a request depends on the seed, on its method and path, and on how often it came before: not on what else is
 * under way, so the same run meets the same faults.
 */
export async function startFaultProxy(server: string, seed: string, faults: Faults = {}): Promise<FaultProxy> {
  const proxy = new Proxying(server, seed, faults);
  const listener = createServer((incoming, outgoing) => {
    proxy.serve(incoming, outgoing).catch(() => breakOff(outgoing.socket));
  });
  listener.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (typeof address !== 'object' || address === null) throw new Error('The proxy has no port.');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    counts: proxy.counts,
    set: (changed) => {
      proxy.faults = changed;
    },
    stop: async () => {
      listener.closeAllConnections();
      await new Promise((resolve) => listener.close(resolve));
      proxy.close();
    },
  };
}

class Proxying {
  readonly counts = { requests: 0, slowDown: 0, reset: 0, lost: 0, truncated: 0, halfOpen: 0 };
  faults: Faults;
  readonly #server: string;
  readonly #seed: string;
  readonly #times = new Map<string, number>();
  readonly #agent = new Agent({ keepAlive: true });

  constructor(server: string, seed: string, faults: Faults) {
    this.#server = server;
    this.#seed = seed;
    this.faults = faults;
  }

  async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = incoming;
    const fault = this.#faultFor(`${method} ${url}`);
    const body = await bodyOf(incoming);
    await wait(this.faults.latency ?? 0);
    switch (fault) {
      case 'slowDown':
        this.counts.slowDown += 1;
        answerSlowDown(outgoing);
        return;
      case 'reset':
        this.counts.reset += 1;
        breakOff(outgoing.socket);
        return;
      case 'halfOpen':
        this.counts.halfOpen += 1;
        return;
      default:
        await this.#passOn(incoming, body, outgoing, fault);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #faultFor(name: string): FaultKind | null {
    this.counts.requests += 1;
    const time = this.#times.get(name) ?? 0;
    this.#times.set(name, time + 1);
    let draw = new Random(this.#seed, name, time).next();
    for (const kind of faultKinds) {
      const chance = this.faults[kind] ?? 0;
      if (draw < chance) return kind;
      draw -= chance;
    }
    return null;
  }

  async #passOn(
    incoming: IncomingMessage,
    body: Buffer,
    outgoing: ServerResponse,
    fault: 'lost' | 'truncated' | null,
  ): Promise<void> {
    const { method = 'GET', url = '/', headers } = incoming;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      // With the host that the client signed.
      const upstream = request(new URL(url, this.#server), { method, headers, agent: this.#agent }, resolve);
      upstream.once('error', reject);
      upstream.end(body);
    });
    const own = await bodyOf(answer);
    if (fault !== null && (fault === 'lost' || own.length < 2)) {
      this.counts.lost += 1;
      breakOff(outgoing.socket);
      return;
    }
    const length = method === 'HEAD' ? {} : { 'content-length': String(own.length) };
    outgoing.writeHead(answer.statusCode ?? 500, { ...answer.headers, ...length });
    if (fault === null) {
      outgoing.end(own);
      return;
    }
    this.counts.truncated += 1;
    outgoing.write(own.subarray(0, own.length / 2), () => breakOff(outgoing.socket));
  }
}

function answerSlowDown(outgoing: ServerResponse): void {
  const text =
    '<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>';
  outgoing.writeHead(503, { 'content-type': 'application/xml', 'content-length': String(text.length) }).end(text);
}

function breakOff(socket: Socket | null): void {
  socket?.resetAndDestroy();
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of message) pieces.push(piece);
  return Buffer.concat(pieces);
}

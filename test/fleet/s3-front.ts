/** A server in front of a real S3 server that notes what is asked, and answers some of it itself. */

import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';

export interface AskedRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
}

export interface FrontAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

export interface Front {
  /** The address to use instead of the server's. */
  readonly endpoint: string;
  /** In the order of their coming. */
  readonly asked: AskedRequest[];
  stop(): Promise<void>;
}

/**
 * @param server the S3 server's address; what `answer` has no answer for is passed on to it
 * @param tls key and certificate of `localhost`; left out: plain HTTP
 */
export async function startFront(
  server: string,
  { answer, tls }: { answer?: (asked: AskedRequest) => FrontAnswer | null; tls?: { key: string; cert: string } } = {},
): Promise<Front> {
  const asked: AskedRequest[] = [];
  const serve = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method = 'GET', url = '/', headers } = incoming;
    asked.push({ method, url, headers });
    const own = answer?.({ method, url, headers }) ?? null;
    if (own !== null) {
      incoming.resume().once('end', () => outgoing.writeHead(own.status, own.headers).end(own.body));
      return;
    }
    const { hostname, port } = new URL(server);
    // With the path and the host as the client signed them.
    const onward = request({ hostname, port, path: url, method, headers }, (found) => {
      outgoing.writeHead(found.statusCode ?? 500, found.headers);
      found.pipe(outgoing);
    });
    onward.once('error', () => outgoing.destroy());
    incoming.pipe(onward);
  };
  const listener = tls === undefined ? createServer(serve) : createSecureServer(tls, serve);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.');
  return {
    endpoint: tls === undefined ? `http://127.0.0.1:${address.port}` : `https://localhost:${address.port}`,
    asked,
    stop: async () => {
      listener.closeAllConnections();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

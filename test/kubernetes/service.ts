/** The scheduler's Service, for KEDA: passes requests on to whichever of its pods is ready. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** @param ports of the pods that are ready. @returns its address, as `http://127.0.0.1:1234` */
export async function startService(ports: () => number[]): Promise<{ address: string; stop(): Promise<void> }> {
  const server: Server = createServer(async (request, response) => {
    const [port] = ports();
    if (port === undefined) return void response.writeHead(503).end('No pod is ready.');
    try {
      const answer = await fetch(`http://127.0.0.1:${port}${request.url}`);
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
      response.end(await answer.text());
    } catch {
      response.writeHead(502).end('The pod does not answer.');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

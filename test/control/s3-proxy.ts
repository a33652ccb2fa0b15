/** A proxy in front of a real S3 server that answers some requests itself or changes what comes back. */

import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

export interface ProxyRules {
  /** Answers instead of the server: a status and the S3 error code. */
  refuse?(method: string, path: string): { status: number; code: string } | null;
  /** Changes the body of an answer to GET. */
  change?(body: Buffer): Buffer;
}

/** @returns the address to use instead of `endpoint`, until the test ends */
export async function startS3Proxy(endpoint: string, rules: ProxyRules): Promise<string> {
  const server = createServer((incoming, outgoing) => void forward(endpoint, rules, incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The proxy has no port.');
  return `http://127.0.0.1:${address.port}`;
}

async function forward(
  endpoint: string,
  { refuse, change }: ProxyRules,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '/', headers } = incoming;
  const body = await bodyOf(incoming);
  const refusal = refuse?.(method, url) ?? null;
  if (refusal !== null) {
    const text = `<?xml version="1.0"?><Error><Code>${refusal.code}</Code><Message>refused</Message></Error>`;
    outgoing.writeHead(refusal.status, { 'content-type': 'application/xml' }).end(text);
    return;
  }
  // With the host that the client signed.
  const upstream = request(new URL(url, endpoint), { method, headers }, async (answer) => {
    const own = await bodyOf(answer);
    const sent = method === 'GET' && change !== undefined ? change(own) : own;
    const length = method === 'HEAD' ? {} : { 'content-length': String(sent.length) };
    outgoing.writeHead(answer.statusCode ?? 500, { ...answer.headers, ...length }).end(sent);
  });
  upstream.end(body);
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of message) pieces.push(piece);
  return Buffer.concat(pieces);
}

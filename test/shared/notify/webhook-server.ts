import { once } from 'node:events';
import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';

/**
 * A webhook for the length of a test.
 * @param answers codes in turn, the last one from then on; `hang` never answers. Default: 200
 */
export async function startWebhook(...answers: (number | 'hang')[]): Promise<{ url: string; bodies: unknown[] }> {
  const bodies: unknown[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part) => {
      text += part;
    });
    request.on('end', () => {
      const answer = answers[Math.min(bodies.length, answers.length - 1)] ?? 200;
      bodies.push(JSON.parse(text));
      if (answer !== 'hang') response.writeHead(answer).end('ok');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return { url: `http://127.0.0.1:${port}/services/T00/secret-token`, bodies };
}

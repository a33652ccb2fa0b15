/** bull-board: the queue itself, for reading. */

import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import type { ShardQueue } from '../shared/queue/shard-queue.ts';

/** @param path below which it is mounted */
export function makeQueueBoard(queue: ShardQueue, path: string): Hono {
  const adapter = new HonoAdapter(serveStatic);
  createBullBoard({
    queues: [new BullMQAdapter(queue, { readOnlyMode: true, description: 'Shards that wait for a worker' })],
    serverAdapter: adapter,
    options: {
      uiBasePath: dirname(createRequire(import.meta.url).resolve('@bull-board/ui/package.json')),
      uiConfig: { boardTitle: 'Gradline queue' },
    },
  });
  adapter.setBasePath(path);
  const board = new Hono();
  board.use(async (context, next) => {
    await next();
    // Its page asks a server of others for typefaces. The system's own do as well.
    if (!context.res.headers.get('content-type')?.startsWith('text/html')) return;
    const page = await context.res.text();
    context.res = new Response(page.replace(/<link\b[^>]*https?:[^>]*>/g, ''), context.res);
  });
  board.route('/', adapter.registerPlugin());
  return board;
}

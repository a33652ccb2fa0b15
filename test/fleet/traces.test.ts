import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { openTraces } from '../../src/shared/traces/traces.ts';
import { fleetAvailable, quick, useFleet } from './fleet.ts';

const attribute = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) });
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  attributes: z.array(attribute),
});
const exported = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attribute) }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
});

type Span = z.infer<typeof span> & { service: string };

/** A collector as OpenTelemetry's protocol over HTTP describes it. */
async function collector() {
  const spans: Span[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part) => {
      text += part;
    });
    request.on('end', () => {
      for (const { resource, scopeSpans } of exported.parse(JSON.parse(text)).resourceSpans) {
        const named = resource.attributes.find(({ key }) => key === 'service.name');
        const service = String(named?.value.stringValue);
        for (const each of scopeSpans.flatMap((scope) => scope.spans)) spans.push({ ...each, service });
      }
      response.writeHead(request.url === '/v1/traces' ? 200 : 404, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const bound = server.address();
  return { spans, url: `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}` };
}

describe.skipIf(!fleetAvailable)('traces', () => {
  const fleet = useFleet();

  test('lead from the enqueueing of a shard to its commit', async () => {
    const { enqueue, startWorker, environment, status } = fleet();
    const { spans, url } = await collector();
    environment.OTEL_EXPORTER_OTLP_ENDPOINT = url;
    await enqueue('traced', 'val');
    const ended = await startWorker(quick).ended;
    delete environment.OTEL_EXPORTER_OTLP_ENDPOINT;
    expect(ended.code).toBe(0);
    expect((await status('traced')).state).toBe('complete');
    const byId = new Map(spans.map((each) => [each.spanId, each]));
    const commits = spans.filter(({ name }) => name === 'commit shard');
    const shards = commits.map(
      ({ attributes }) => attributes.find(({ key }) => key === 'gradline.shard')?.value.intValue,
    );
    expect(shards.map(Number).toSorted()).toEqual([0, 1, 2, 3]);
    for (const commit of commits) {
      const way: string[] = [];
      for (let at: Span | undefined = commit; at !== undefined; at = byId.get(at.parentSpanId ?? '')) {
        expect(at.traceId).toBe(commit.traceId);
        way.unshift(`${at.service}: ${at.name}`);
      }
      expect(way[0]).toMatch(/^gradline-producer: addBulk/);
      expect(way.slice(-2)).toEqual(['gradline-worker: explain shard', 'gradline-worker: commit shard']);
      expect(way).toContainEqual(expect.stringMatching(/^gradline-worker: process shards/));
    }
  });

  test('are off unless the environment says where they go', async () => {
    expect(await openTraces('worker', '1.2.3', {})).toBeNull();
    const off = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' };
    expect(await openTraces('worker', '1.2.3', off)).toBeNull();
  });

  test('are no part of a run: it completes where the collector is away', async () => {
    const { enqueue, startWorker, environment, status } = fleet();
    environment.OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:9';
    expect((await enqueue('untraced', 'val')).code).toBe(0);
    expect((await startWorker(quick).ended).code).toBe(0);
    delete environment.OTEL_EXPORTER_OTLP_ENDPOINT;
    expect((await status('untraced')).state).toBe('complete');
  });
});

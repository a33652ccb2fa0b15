/**
 * OpenTelemetry traces of shards from the queue to their commit. Off, and its libraries are not loaded, unless the environment says where
 * traces go, in OpenTelemetry's own variables.
 */

import type { Telemetry } from 'bullmq';

export interface Traces extends AsyncDisposable {
  /** For BullMQ's queues and workers: what enqueues a job and what does it are of one trace. */
  readonly telemetry: Telemetry;
  /** Does the work in a span within the one at hand. */
  span<T>(name: string, attributes: Readonly<Record<string, string | number>>, work: () => Promise<T>): Promise<T>;
}

/** Milliseconds in which what is left is sent at the end. */
const farewell = 5_000;

/** @returns null where no traces are wanted */
export async function openTraces(
  role: 'worker' | 'producer' | 'scheduler',
  version: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Traces | null> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_SDK_DISABLED } = environment;
  const wanted = OTEL_EXPORTER_OTLP_ENDPOINT || OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  if (!wanted || OTEL_SDK_DISABLED?.toLowerCase() === 'true') return null;
  const [{ SpanStatusCode, trace }, sdk, { OTLPTraceExporter }, resources, { BullMQOtel }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('bullmq-otel'),
  ]);
  const own = resources.resourceFromAttributes({ 'service.name': `gradline-${role}`, 'service.version': version });
  const provider = new sdk.NodeTracerProvider({
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
    resource: own.merge(resources.detectResources({ detectors: [resources.envDetector] })),
    spanProcessors: [new sdk.BatchSpanProcessor(new OTLPTraceExporter({ timeoutMillis: farewell }))],
  });
  provider.register();
  const tracer = trace.getTracer('gradline', version);
  return {
    telemetry: new BullMQOtel({ tracerName: 'gradline', version }),
    span: (name, attributes, work) =>
      tracer.startActiveSpan(name, { attributes }, async (span) => {
        try {
          return await work();
        } catch (error) {
          span.setStatus({
            code: SpanStatusCode.ERROR,
            message: error instanceof Error ? error.message : String(error),
          });
          throw error;
        } finally {
          span.end();
        }
      }),
    async [Symbol.asyncDispose]() {
      // A collector that is away is no reason to fail, nor to stay.
      await provider.shutdown().catch(() => undefined);
    },
  };
}

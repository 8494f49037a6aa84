// Spans that are exported by OTLP over HTTP, in batches and beside the work: a collector that is slow or gone costs
// spans, never requests. The only file that loads OpenTelemetry; tracing.ts imports it where an endpoint is set.

import { ROOT_CONTEXT, SpanStatusCode, type TextMapGetter, trace } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { KINDS, type SpanStart, type Tracing } from './tracing.ts'

const EXPORT_TIMEOUT_MS = 5_000
/** A worker that stops waits no longer than this for its last spans. */
const CLOSE_MAX_MS = 2_000

export function exportingTracing(service: string, endpoint: string): Tracing {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_TIMEOUT_MS,
  })
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  })
  const tracer = provider.getTracer('tandem')
  return {
    async span(name, start, work) {
      const { kind = 'internal', attributes = {} } = start
      const span = tracer.startSpan(name, { kind: KINDS[kind], attributes }, parentOf(start))
      const { traceId, spanId, traceFlags } = span.spanContext()
      const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
      try {
        return await work({ traceparent, set: (more) => void span.setAttributes(more) })
      } catch (error) {
        span.setStatus({
          code: SpanStatusCode.ERROR,
          message: error instanceof Error ? error.message : 'failed',
        })
        throw error
      } finally {
        span.end()
      }
    },
    async [Symbol.asyncDispose]() {
      const closing = provider.shutdown().catch(() => undefined)
      await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, CLOSE_MAX_MS).unref())])
    },
  }
}

const propagator = new W3CTraceContextPropagator()
const getter: TextMapGetter<SpanStart> = {
  keys: () => ['traceparent'],
  get: (start, key) => (key === 'traceparent' ? start.traceparent : undefined),
}

function parentOf(start: SpanStart) {
  const context = propagator.extract(ROOT_CONTEXT, start, getter)
  return trace.getSpanContext(context) === undefined ? ROOT_CONTEXT : context
}

// Traces across processes by W3C trace context (https://www.w3.org/TR/trace-context/): a span for each piece of work,
// joined to its caller by the `traceparent` header. Off unless an OTLP endpoint is set, and then nothing of
// OpenTelemetry is loaded (it costs 65 to 120 microseconds a request): the caller's header is only passed on.
// Parents are handed over by hand, not by async hooks, which every request would pay for.

import type { Attributes, SpanKind } from '@opentelemetry/api'

export interface Span {
  /** For the next process; undefined where there is no trace. */
  readonly traceparent: string | undefined
  set(attributes: Attributes): void
}

export interface SpanStart {
  /** As a client sent it; what is no valid header starts a trace of its own. */
  readonly traceparent?: string | undefined
  readonly kind?: 'server' | 'client' | 'internal'
  readonly attributes?: Attributes
}

export interface Tracing extends AsyncDisposable {
  /** The span ends with the work, as failed where that throws. */
  span<T>(name: string, start: SpanStart, work: (span: Span) => Promise<T>): Promise<T>
}

export interface TracingOptions {
  /** Becomes `service.name`. */
  readonly service: string
  /** Of an OTLP/HTTP collector, without path; undefined: off. */
  readonly endpoint: string | undefined
}

export async function openTracing({ service, endpoint }: TracingOptions): Promise<Tracing> {
  if (endpoint === undefined) return PASSING_ON
  const { exportingTracing } = await import('./exporting-tracing.ts')
  return exportingTracing(service, endpoint)
}

/** No spans: the caller’s header goes on to whoever is called. */
export const PASSING_ON: Tracing = {
  span: (_name, { traceparent }, work) => work({ traceparent, set() {} }),
  async [Symbol.asyncDispose]() {},
}

/** Of OpenTelemetry, whose enum would have to be loaded. */
export const KINDS: Record<NonNullable<SpanStart['kind']>, SpanKind> = { internal: 0, server: 1, client: 2 }

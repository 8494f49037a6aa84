// Spans reach a real OTLP collector, joined by `traceparent`; without an endpoint the header is only passed on; and a
// collector that is gone costs spans and nothing else.

import { expect, test } from 'vitest'
import { openTracing } from '#platform/observe/tracing.ts'
import { openCollector } from './collector.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER = `00-${TRACE}-00f067aa0ba902b7-01`

test('a span joins its caller’s trace, and what it calls joins the span', async () => {
  await using collector = await openCollector()
  const pi = await openTracing({ service: 'tandem-pi', endpoint: collector.url })
  const tx2 = await openTracing({ service: 'tandem-tx2', endpoint: collector.url })
  await pi.span('classify', { traceparent: CALLER, kind: 'server' }, async ({ traceparent, set }) => {
    set({ 'tandem.tier': 'edge' })
    await tx2.span('classify', { traceparent, kind: 'server', attributes: { 'tandem.k': 3 } }, async () => {})
  })
  await pi[Symbol.asyncDispose]()
  await tx2[Symbol.asyncDispose]()
  expect(new Set(collector.paths)).toEqual(new Set(['POST /v1/traces']))
  const [near] = collector.spans.filter((span) => span.service === 'tandem-pi')
  const [far] = collector.spans.filter((span) => span.service === 'tandem-tx2')
  expect(near).toMatchObject({ name: 'classify', traceId: TRACE, parentSpanId: '00f067aa0ba902b7' })
  expect(near).toMatchObject({ failed: false, attributes: { 'tandem.tier': 'edge' } })
  expect(far).toMatchObject({ traceId: TRACE, parentSpanId: near?.spanId, attributes: { 'tandem.k': 3 } })
})

test('work that throws ends its span as failed, and throws on', async () => {
  await using collector = await openCollector()
  const tracing = await openTracing({ service: 'tandem-pi', endpoint: `${collector.url}/` })
  const failing = tracing.span('classify', {}, async () => {
    throw new Error('no such image')
  })
  await expect(failing).rejects.toThrow('no such image')
  await tracing[Symbol.asyncDispose]()
  expect(collector.spans).toMatchObject([{ failed: true, parentSpanId: undefined }])
})

test.each(['', 'nonsense', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `${CALLER}; drop table`])(
  'a header that is none (%j) starts a trace of its own',
  async (traceparent) => {
    await using collector = await openCollector()
    const tracing = await openTracing({ service: 'tandem-pi', endpoint: collector.url })
    const own = await tracing.span('classify', { traceparent }, async (span) => span.traceparent)
    await tracing[Symbol.asyncDispose]()
    expect(own).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(collector.spans).toMatchObject([{ parentSpanId: undefined, traceId: own?.slice(3, 35) }])
  },
)

test('without an endpoint the caller’s header is passed on as it is', async () => {
  const tracing = await openTracing({ service: 'tandem-pi', endpoint: undefined })
  const seen = await tracing.span('classify', { traceparent: CALLER }, async ({ traceparent }) => traceparent)
  expect(seen).toBe(CALLER)
  await tracing[Symbol.asyncDispose]()
})

test('a collector that is gone costs no request', async () => {
  const tracing = await openTracing({ service: 'tandem-pi', endpoint: 'http://127.0.0.1:9' })
  expect(await tracing.span('classify', {}, async () => 42)).toBe(42)
  await tracing[Symbol.asyncDispose]()
})

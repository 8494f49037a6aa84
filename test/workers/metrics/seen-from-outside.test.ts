// What a monitor and a tracer see of a real fleet: metrics of both workers, and one trace from the client over the Pi to
// the edge, told apart by request ids.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts'
import { until } from '#test/harness/until.ts'
import { type Collector, openCollector } from '#test/platform/observe/collector.ts'
import { type ObservedFleet, observedFleet } from '../observe/observed-fleet.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER = `00-${TRACE}-00f067aa0ba902b7-01`

let database: TestDatabase
let collector: Collector
let observed: ObservedFleet

beforeAll(async () => {
  database = await createTestDatabase()
  collector = await openCollector()
  observed = await observedFleet(database.url, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
  await observed.promote({})
}, 120_000)
afterAll(async () => {
  await observed?.[Symbol.asyncDispose]()
  await collector?.[Symbol.asyncDispose]()
  await database?.drop()
})

const metricsOf = async (name: 'pi' | 'tx2') => (await fetch(`${observed.fleet.url(name)}/metrics`)).text()

const ask = (preference: string, headers: Record<string, string> = {}) =>
  fetch(`${observed.fleet.url('pi')}/v1/classify?preference=${preference}`, {
    method: 'POST',
    headers,
    body: new Uint8Array(observed.images[0]!),
  })

test('an image that goes to the edge is one trace: the client’s, with a span on the Pi and one on the edge', async () => {
  const answer = await ask('accuracy', { traceparent: CALLER, 'x-request-id': 'traced-1' })
  expect(await answer.json()).toMatchObject({ tier: 'edge' })
  const spanOf = (service: string, name: string) =>
    collector.spans.find((s) => s.traceId === TRACE && s.service === service && s.name === name)
  await until('the spans are exported', async () => spanOf('tandem-tx2', 'classify') !== undefined, 20_000)
  await until('the spans are exported', async () => spanOf('tandem-pi', 'classify') !== undefined, 20_000)
  const near = spanOf('tandem-pi', 'classify')
  const offload = spanOf('tandem-pi', 'offload')
  const far = spanOf('tandem-tx2', 'classify')
  expect(near).toMatchObject({ parentSpanId: '00f067aa0ba902b7', failed: false })
  expect(near?.attributes).toMatchObject({ 'tandem.tier': 'edge', 'tandem.request.id': 'traced-1' })
  expect(offload).toMatchObject({ parentSpanId: near?.spanId, failed: false })
  expect(far).toMatchObject({
    parentSpanId: offload?.spanId,
    attributes: { 'tandem.request.id': 'traced-1' },
  })
})

test('both workers count what they answered, by tier and reason, and how long it took', async () => {
  expect((await ask('local-only')).status).toBe(200)
  const pi = await metricsOf('pi')
  expect(pi).toMatch(/tandem_answers_total\{tier="edge",reason="preference",fallback="false"\} [1-9]/)
  expect(pi).toMatch(/tandem_answers_total\{tier="local",reason="preference",fallback="false"\} [1-9]/)
  expect(pi).toMatch(/tandem_answer_duration_seconds_count\{tier="local"\} [1-9]/)
  expect(pi).toMatch(/tandem_energy_joules_total\{method="model"\} 0\.\d+/)
  expect(pi).toMatch(/tandem_http_requests_total\{method="POST",route="\/v1\/classify",status="200"\} [2-9]/)
  expect(pi).toMatch(/tandem_deployment_info\{deployment="dep_\w+",version="1",driver="\w+"\} 1/)
  expect(pi).toContain('tandem_function_up 1')
  expect(pi).toMatch(/tandem_edge_open\{edge="http:[^"]+"\} 1/)
  expect(pi).toContain('tandem_decisions_dropped 0')
  expect(await metricsOf('tx2')).toMatch(
    /tandem_answers_total\{tier="edge",reason="direct",fallback="false"\} [1-9]/,
  )
})

test('a worker tells of its model: images and runs, and what it refused', async () => {
  const broken = await fetch(`${observed.fleet.url('pi')}/v1/classify`, { method: 'POST', body: 'no image' })
  expect(broken.status).toBe(415)
  const late = await fetch(`${observed.fleet.url('pi')}/v1/classify?preference=local-only&deadlineMs=10`, {
    method: 'POST',
    body: new Uint8Array(observed.images[0]!),
  })
  const pi = await metricsOf('pi')
  expect(pi).toMatch(/tandem_refused_images_total\{code="unsupported-format"\} 1/)
  expect(pi).toContain(`tandem_refused_images_total{code="late"} ${late.status === 503 ? 1 : 0}`)
  expect(pi).toMatch(/tandem_vision_batch_max [1-9]/)
  expect(pi).toContain('tandem_vision_deaths 0')
  const countOf = (name: string) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(pi)?.[1])
  expect(countOf('tandem_inference_runs_total')).toBeGreaterThan(0)
  expect(countOf('tandem_inference_images_total')).toBeGreaterThanOrEqual(
    countOf('tandem_inference_runs_total'),
  )
  for (const kind of ['audit', 'capture'])
    expect(pi).toContain(`tandem_observations_dropped{kind="${kind}"} 0`)
})

test('what a client makes up is no label', async () => {
  const made = 'x'.repeat(40)
  await fetch(`${observed.fleet.url('pi')}/${made}`, { headers: { 'x-request-id': made } })
  const pi = await metricsOf('pi')
  expect(pi).not.toContain(made)
  expect(pi).toMatch(/tandem_http_requests_total\{method="GET",route="none",status="404"\} [1-9]/)
})

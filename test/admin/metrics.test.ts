// What a monitor reads from the control plane, with the key of a viewer.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '#test/harness/until.ts'
import { type Control, openControl } from './control-rig.ts'

let control: Control
beforeAll(async () => {
  control = await openControl()
})
afterAll(() => control[Symbol.asyncDispose]())

const read = async (key = control.keys.viewer) =>
  (await control.request('/metrics', { headers: { authorization: `Bearer ${key}` } })).text()

test('metrics are for those who have a key', async () => {
  expect((await control.request('/metrics')).status).toBe(401)
})

test('requests are counted by route and status, never by path', async () => {
  const device = `/device/v1/artifacts/sha256:${'ab'.repeat(32)}`
  for (const path of ['/healthz', '/healthz', '/made-up', '/made-up-too', device]) await control.request(path)
  const text = await read()
  expect(text).toContain('tandem_http_requests_total{method="GET",route="/healthz",status="200"} 2')
  expect(text).toContain('tandem_http_requests_total{method="GET",route="none",status="404"} 2')
  expect(text).toMatch(/route="\/device\/v1\/[^"]*",status="401"} 1/)
  expect(text).not.toContain('made-up')
  expect(text).not.toContain('abababab')
  expect(text).toMatch(
    /tandem_http_request_duration_seconds_bucket\{le="0.25",method="GET",route="\/healthz"\} 2/,
  )
  expect(text).toContain('process_resident_memory_bytes')
})

test('the fleet is counted by tier and state', async () => {
  expect(await read()).not.toContain('tandem_devices{')
  const insert = (id: string, tier: string, seenAgo: string | null, revoked: boolean) =>
    control.database.pool.query(
      `insert into devices (id, name, tier, group_name, public_key, url, platform, last_seen_at, revoked_at)
       values ($1, $1, $2, 'default', '{}', 'http://127.0.0.1:1', '', now() - $3::interval, ${revoked ? 'now()' : 'null'})`,
      [id, tier, seenAgo],
    )
  await insert('one', 'local', '10 seconds', false)
  await insert('two', 'local', '1 hour', false)
  await insert('three', 'edge', null, false)
  await insert('four', 'edge', '1 second', true)
  // A reader gets what the one before it made count.
  await until('the count is told', async () =>
    (await read()).includes('tandem_devices{tier="local",state="seen"} 1'),
  )
  const text = await read()
  expect(text).toContain('tandem_devices{tier="local",state="silent"} 1')
  expect(text).toContain('tandem_devices{tier="edge",state="silent"} 1')
  expect(text).toContain('tandem_devices{tier="edge",state="revoked"} 1')
})

test('jobs that wait are counted, with how long the first has waited', async () => {
  const draft = { kind: 'training', input: {}, askedBy: 'a test' } as const
  // A worker takes jobs by their tickets: these have none.
  await control.database.pool.query(
    `insert into jobs (id, kind, input, same_key, asked_by, progress, queued_at)
     select 'job_' || i, $1, $2, i, $3, '{}', now() - i * interval '1 minute' from generate_series(1, 2) i`,
    [draft.kind, draft.input, draft.askedBy],
  )
  const text = await read()
  expect(text).toContain('tandem_jobs{kind="training",state="queued"} 2')
  expect(text).toMatch(/tandem_job_wait_seconds\{kind="training"\} 1[12]\d\b/)
})

test('an answer names its request, as the client did where it did', async () => {
  const made = await control.request('/healthz')
  expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  const named = await control.request('/healthz', { headers: { 'x-request-id': 'from-a-client-7' } })
  expect(named.headers.get('x-request-id')).toBe('from-a-client-7')
})

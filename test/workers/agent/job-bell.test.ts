// A device that is told of jobs does not ask for them; one that is not told (an older control plane, no open poll)
// asks every second. Against a control plane's two routes over a real socket, by the agent's own client.

import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { queryObjects } from 'node:v8'
import { type ServerType, serve } from '@hono/node-server'
import { Hono } from 'hono'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { JOBS_HEADER } from '#contract/device-api.ts'
import { until } from '#test/harness/until.ts'
import { controlClient } from '#workers/agent/control-client.ts'
import { JobBell } from '#workers/agent/job-bell.ts'

let server: ServerType
let stop: AbortController
/** What the control plane was asked. */
let asked: { manifest: string[]; jobs: number }
/** Whether it tells of jobs, whether one waits, and how long its polls stay open. */
let plane: { tells: boolean; hasJob: boolean; pollMs: number }
let told: number

beforeEach(async () => {
  asked = { manifest: [], jobs: 0 }
  plane = { tells: true, hasJob: false, pollMs: 400 }
  told = 0
  stop = new AbortController()
  const app = new Hono()
  app.get('/device/v1/manifest', async (c) => {
    const tell = c.req.query('jobs') ?? 'no'
    asked.manifest.push(tell)
    const isTelling = plane.tells && tell === 'tell'
    const endsAt = performance.now() + plane.pollMs
    while (performance.now() < endsAt && !(isTelling && plane.hasJob)) await sleep(10)
    if (isTelling) c.header(JOBS_HEADER, plane.hasJob ? 'waiting' : 'none')
    return c.body(null, 304)
  })
  app.get('/device/v1/jobs/next', (c) => {
    asked.jobs++
    return c.json({ job: null })
  })
  await new Promise<void>((resolve) => {
    server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve())
  })
})
afterEach(async () => {
  stop.abort()
  await new Promise<void>((resolve) => server.close(() => resolve()))
})

/** The agent's two loops. */
function run(): void {
  const { signal } = stop
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = controlClient(url, async () => 'token')
  const bell = new JobBell()
  const loop = async (step: () => Promise<unknown>) => {
    while (!signal.aborted) await step().catch(() => undefined)
  }
  void loop(() => bell.during((tell) => client.manifest(undefined, signal, tell)))
  void loop(async () => {
    await client.nextJob()
    await bell.quiet(signal)
    if (plane.hasJob) told++
  })
}

const polls = (count: number) => until('it polls on', () => asked.manifest.length >= count, 20_000)

test('asks for jobs no more once its polls tell', async () => {
  run()
  await polls(4)
  const jobs = asked.jobs
  plane.pollMs = 5_000
  await polls(asked.manifest.length + 1)
  await sleep(2_500)
  expect(asked.jobs - jobs).toBeLessThanOrEqual(1)
})

test('asks at once when it is told, and takes no second word while it is busy', async () => {
  run()
  await polls(3)
  plane.pollMs = 30_000
  await polls(asked.manifest.length + 1)
  plane.hasJob = true
  await until('it heard', () => told === 1, 900)
})

test('asks every second where the control plane is older', async () => {
  plane.tells = false
  run()
  await polls(2)
  plane.pollMs = 30_000
  const jobs = asked.jobs
  await until('it asks all the same', () => asked.jobs >= jobs + 3, 8_000)
})

test('asks every second where the control plane no longer tells', async () => {
  run()
  await polls(4)
  plane.tells = false
  await polls(asked.manifest.length + 2)
  const jobs = asked.jobs
  await until('it asks all the same', () => asked.jobs >= jobs + 3, 8_000)
})

test('asks every second while no poll is open', async () => {
  const bell = new JobBell()
  for (let i = 0; i < 2; i++) {
    const quiet = bell.quiet(stop.signal)
    await bell.during(async (tell) => ({ jobs: tell ? 'none' : undefined }))
    await quiet
  }
})

test('waits for days without keeping anything of the seconds that have passed', async () => {
  const bell = new JobBell(1)
  const promises = () => queryObjects(Promise, { format: 'count' })
  let end = (_: { jobs: 'none' }) => {}
  let seconds = 0
  const signal = {
    addEventListener: () => void seconds++,
    removeEventListener: () => undefined,
  } as unknown as AbortSignal
  // Each poll that tells covers the next.
  const first = bell.quiet(stop.signal)
  await bell.during(async () => ({ jobs: 'none' }))
  await first
  const quiet = bell.quiet(signal)
  const poll = bell.during(
    () =>
      new Promise<{ jobs: 'none' }>((resolve) => {
        end = resolve
      }),
  )
  await until('it has begun', () => seconds > 10)
  const [before, since] = [promises(), seconds]
  await until('it has waited long', () => seconds > since + 500)
  expect(promises() - before).toBeLessThan(100)
  end({ jobs: 'none' })
  await Promise.all([poll, quiet])
})

test('lets itself be told only while it is idle', async () => {
  run()
  await polls(4)
  stop.abort()
  expect(asked.manifest.at(-1)).toBe('tell')
  const bell = new JobBell()
  expect(await bell.during(async (tell) => ({ jobs: undefined, tell }))).toMatchObject({ tell: false })
})

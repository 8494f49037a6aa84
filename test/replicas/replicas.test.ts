// Two control planes on one database behave as one: people and robots signed in at either, news of one at the other,
// work and rollouts that go on when either is killed in the middle.

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { watchRollout } from '#admin/client/watch-rollout.ts'
import { trainRouter } from '#admin/client/work.ts'
import type { ProfileProgress } from '#contract/api/live.ts'
import { watching } from '#test/admin/api/live-rig.ts'
import { Browser, PASSWORD } from '#test/admin/auth/auth-rig.ts'
import type { Control } from '#test/admin/control-rig.ts'
import { signToken } from '#test/admin/fake-device.ts'
import { measurePair } from '#test/admin/measured-pair.ts'
import { SimulatedDevice } from '#test/admin/simulated-device.ts'
import { until } from '#test/harness/until.ts'
import { type PlaneName, TwoPlanes } from './two-planes.ts'

const SLOW_MS = 120_000
/** As admin/device/polls/seen-lately.ts promises. */
const POLLS_FRESH_MS = 500

let planes: TwoPlanes
let control: Control
let router: string
beforeAll(async () => {
  planes = await TwoPlanes.start()
  control = await planes.control()
  await measurePair(control)
  router = (await trainRouter({ trpc: control.admin }, { kind: 'confidence', folds: 2 })).id
}, SLOW_MS)
afterAll(() => planes[Symbol.asyncDispose]())

const other = (name: PlaneName): PlaneName => (name === 'a' ? 'b' : 'a')

describe('whoever is let in at one', () => {
  test('as a robot is let in at the other, until it is shut out there', async () => {
    const { token, id } = await planes
      .client(planes.url('a'))
      .apiKeys.add.mutate({ name: 'robot', role: 'viewer' })
    const robot = planes.client(planes.url('b'), token)
    expect((await robot.models.list.query()).items).toHaveLength(2)
    await planes.client(planes.url('b')).apiKeys.revoke.mutate({ key: id })
    await expect(planes.client(planes.url('a'), token).models.list.query()).rejects.toThrow()
  })

  test('as a person is signed in at the other', async () => {
    await planes
      .client(planes.url('a'))
      .users.add.mutate({ username: 'ana', role: 'viewer', password: PASSWORD })
    const browser = new Browser(planes.url('a'))
    expect((await browser.signIn('ana')).status).toBe(200)
    browser.base = planes.url('b')
    expect((await browser.api.models.list.query()).items).toHaveLength(2)
  })
})

test('a device that polls one hears half a second later what was done at the other', async () => {
  const group = 'polls'
  const edge = await SimulatedDevice.enrol(control, { name: 'polls-edge', tier: 'edge', group })
  await SimulatedDevice.enrol(control, { name: 'polls-local', tier: 'local', group })
  const authorization = `Bearer ${await signToken(edge.device.key, edge.device.id)}`
  let etag = '"none yet"'
  const poll = async () => {
    const headers = { authorization, 'if-none-match': etag }
    const answer = await fetch(`${planes.url('b')}/device/v1/manifest`, { headers })
    etag = answer.headers.get('etag') ?? etag
    return answer.status
  }
  const said: number[] = [await poll(), await poll()]
  const at = planes.client(planes.url('a'))
  await at.rollouts.promote.mutate({ router, group })
  await sleep(POLLS_FRESH_MS)
  said.push(await poll(), await poll())
  await at.devices.revoke.mutate({ name: edge.name })
  await sleep(POLLS_FRESH_MS)
  expect([...said, await poll()]).toEqual([200, 304, 200, 304, 401])
})

test('a stream at one tells what was done at the other', async () => {
  const { rows } = await planes.database.pool.query(
    `insert into device_jobs (id, kind, device_id, dataset_id, features_version, total)
     select 'job_replica', 'features', (select id from devices order by id limit 1), id, 99, 4 from datasets limit 1 returning id`,
  )
  const { id } = rows[0]
  const seen = watching<ProfileProgress[]>((on) =>
    planes.client(planes.url('a')).live.profiles.subscribe({ ids: [id] }, on),
  )
  await until('the first state', () => seen.states.length === 1)
  await planes.client(planes.url('b')).profiles.cancel.mutate({ id })
  await seen.ended
  expect(seen.states.map(([job]) => job!.state)).toEqual(['queued', 'cancelled'])
})

test('20 creates under one key, spread over both, are one', async () => {
  const headers = {
    authorization: `Bearer ${planes.key}`,
    'content-type': 'application/json',
    'idempotency-key': 'replicas-once-0001',
  }
  const body = JSON.stringify({ name: 'pi-once', tier: 'local' })
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const url = `${planes.url(i % 2 ? 'a' : 'b')}/trpc/devices.createEnrolment`
      return (await fetch(url, { method: 'POST', headers, body })).text()
    }),
  )
  expect(new Set(answers).size).toBe(1)
})

test.each<PlaneName>(['a', 'b'])(
  'a training goes on at the other when %s is killed, and whoever waits hears of its end',
  async (victim) => {
    const { id } = await planes
      .client(planes.url(victim))
      .routers.train.mutate({ kind: 'forest', folds: 10, seed: victim === 'a' ? 7 : 8 })
    await planes.kill(victim)
    const seen = watching<{ state: string }>((on) => planes.client().live.job.subscribe({ id }, on))
    await seen.ended
    expect(seen.states.at(-1)!.state).toBe('done')
    await planes.startPlane(victim)
  },
  SLOW_MS,
)

test.each<PlaneName>(['a', 'b'])(
  'a rollout completes for devices and for whoever watches when %s is killed in the middle',
  async (victim) => {
    const group = `field-${victim}`
    const devices: SimulatedDevice[] = []
    for (const tier of ['edge', 'local', 'local', 'local', 'local'] as const)
      devices.push(
        await SimulatedDevice.enrol(control, { name: `${group}-${tier}-${devices.length}`, tier, group }),
      )
    const leaving = new AbortController()
    const polling = (async () => {
      while (!leaving.signal.aborted) {
        for (const device of devices) await device.poll()
        await sleep(50)
      }
    })()
    const { rollout, deployment } = await planes.client().rollouts.promote.mutate({
      router,
      group,
      stages: [{ share: 0.25 }, { share: 0.5, soakS: 2 }, {}],
    })
    const lines: string[] = []
    const watched = watchRollout({ trpc: planes.client() } as never, rollout.id, (line) => lines.push(line))
    await until('the second stage', () => lines.some((line) => line.includes('stage 2/3')), 30_000)
    await planes.kill(victim)
    const view = await watched
    expect(view.state).toBe('completed')
    const at = planes.client(planes.url(other(victim)))
    const { items } = await at.rollouts.history.query({ group, limit: 1 })
    expect(items[0]!.deployment.id).toBe(deployment.id)
    await until('all to serve it', () => devices.every((d) => d.serving === deployment.id))
    leaving.abort()
    await polling
    await planes.startPlane(victim)
  },
  SLOW_MS,
)

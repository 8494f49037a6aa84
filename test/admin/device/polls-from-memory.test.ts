// "Nothing new" is answered without the database, and yet is never older than half a second: whatever this control plane
// or another one on the same database has done meanwhile.

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { advanceRollouts } from '#admin/jobs/rollout-driver.ts'
import { JOBS_HEADER } from '#contract/device-api.ts'
import { createRandom } from '#core/random.ts'
import { type Control, openControl } from '#test/admin/control-rig.ts'
import { signToken } from '#test/admin/fake-device.ts'
import { openRolloutRig, type RolloutRig, type SimulatedFleet } from '#test/admin/rollout-rig.ts'
import type { SimulatedDevice } from '#test/admin/simulated-device.ts'
import { until } from '#test/harness/until.ts'

/** As polls/seen-lately.ts promises. */
const FRESH_MS = 500

let rig: RolloutRig
let other: Control
beforeAll(async () => {
  rig = await openRolloutRig()
  const { artifacts, captures, signer } = rig.control.ctx
  const shared = { artifacts, captures, signer }
  other = await openControl({ url: rig.control.databaseUrl, drop: async () => undefined }, 1, shared)
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await rig[Symbol.asyncDispose]()
})

let fleet: SimulatedFleet
beforeEach(async () => {
  fleet = await rig.fleet({ local: 1, edge: 1 })
})

/** A device that asks one control plane again and again, with the token and the manifest that it has. */
class Poller {
  readonly device: SimulatedDevice
  readonly #at: Control
  #token = ''
  etag: string | undefined

  constructor(device: SimulatedDevice, at = rig.control) {
    this.device = device
    this.#at = at
  }

  async ask(query = ''): Promise<Response> {
    this.#token ||= await signToken(this.device.device.key, this.device.device.id)
    const headers: Record<string, string> = { authorization: `Bearer ${this.#token}` }
    if (this.etag !== undefined) headers['if-none-match'] = this.etag
    return this.#at.request(`/device/v1/manifest${query}`, { headers })
  }

  status = async (query = '') => (await this.ask(query)).status

  /** Until it has what there is, and the control plane remembers that. */
  async settle(query = ''): Promise<this> {
    this.etag = (await this.ask()).headers.get('etag') ?? undefined
    for (let i = 0; i < 3; i++) expect(await this.status(query)).toBe(304)
    return this
  }
}

/** What was asked of the database is answered when it is let go; what is remembered is answered before. */
async function whileDevicesAreLocked<T>(work: () => Promise<T>): Promise<T> {
  const client = await rig.control.database.pool.connect()
  try {
    await client.query('begin; lock table devices in access exclusive mode')
    return await work()
  } finally {
    await client.query('rollback')
    client.release()
  }
}

const NO_ANSWER = Symbol('no answer')
const within = <T>(ms: number, answer: Promise<T>) => Promise.race([answer, sleep(ms, NO_ANSWER)])

describe('a poll that is settled', () => {
  test.each(['', '?wait=0', '?jobs=tell', '?wait=0&jobs=tell', '?wait=0.05'])(
    'is answered while the database cannot be asked ("%s")',
    async (query) => {
      const poller = new Poller(fleet.of('local')[0]!)
      // A machine that stands still for half a second forgets.
      await until('an answer from memory', async () => {
        await poller.settle(query)
        return (await whileDevicesAreLocked(() => within(200, poller.status(query)))) === 304
      })
    },
  )

  test('is answered so for half a second and no longer', async () => {
    const poller = await new Poller(fleet.of('local')[0]!).settle()
    const late = await whileDevicesAreLocked(async () => {
      await sleep(FRESH_MS)
      const answer = poller.status()
      expect(await within(200, answer)).toBe(NO_ANSWER)
      return { answer }
    })
    expect(await late.answer).toBe(304)
  })

  test('says the same as one that is not: the manifest that is known, and whether a job waits', async () => {
    const poller = await new Poller(fleet.of('local')[0]!).settle('?jobs=tell')
    for (const query of ['?jobs=tell', '?wait=0&jobs=tell', '?jobs=tell&wait=0', '?jobs=tell&other=1']) {
      const { status, headers } = await poller.ask(query)
      const said = [status, headers.get('etag'), headers.get(JOBS_HEADER)]
      expect([query, ...said]).toEqual([query, 304, poller.etag, 'none'])
    }
    expect((await poller.ask()).headers.get(JOBS_HEADER)).toBeNull()
  })

  test('is counted like any other', async () => {
    const polls = async () => {
      const headers = { authorization: `Bearer ${rig.control.keys.viewer}` }
      const text = await (await rig.control.request('/metrics', { headers })).text()
      const line =
        /tandem_http_requests_total\{method="GET",route="\/device\/v1\/manifest",status="304"\} (\d+)/
      return Number(line.exec(text)?.[1] ?? 0)
    }
    const poller = await new Poller(fleet.of('local')[0]!).settle()
    const before = await polls()
    for (let i = 0; i < 20; i++) expect(await poller.status()).toBe(304)
    expect(await polls()).toBe(before + 20)
  })

  test('helps nobody else: not another method, path, manifest or token', async () => {
    const poller = await new Poller(fleet.of('local')[0]!).settle()
    const ask = (path: string, headers: Record<string, string>, method = 'GET') =>
      rig.control.request(path, { method, headers: { 'if-none-match': poller.etag!, ...headers } })
    const token = await signToken(poller.device.device.key, poller.device.device.id)
    const authorization = `Bearer ${token}`
    const path = '/device/v1/manifest'
    expect((await ask(path, { authorization })).status).toBe(304)
    expect((await ask(path, {})).status).toBe(401)
    expect((await ask(path, { authorization: `${authorization.slice(0, -4)}AAAA` })).status).toBe(401)
    expect((await ask(path, { authorization, 'if-none-match': '"other"' })).status).toBe(200)
    expect((await ask(path, { authorization }, 'POST')).status).toBe(404)
    expect((await ask(`${path}s`, { authorization })).status).toBe(404)
  })
})

describe('what changes is heard of', () => {
  /** What an admin does, and what the device then hears at its next poll. */
  const changes: [string, (at: Control, device: SimulatedDevice) => Promise<unknown>, unknown][] = [
    ['a revocation', (at, { name }) => at.admin.devices.revoke.mutate({ name }), [401, null]],
    ['a promotion', (at) => promote(at), [200, 'none']],
    ['a rollout in stages', (at) => promote(at, { stages: [{ share: 1 }] }), [200, 'none']],
    ['a rollback', (at) => rollBack(at), [200, 'none']],
    ['a job', (at, { name }) => queueJob(at, name), [304, 'waiting']],
    [
      'another edge',
      (at) => at.admin.devices.revoke.mutate({ name: fleet.of('edge')[1]!.name }),
      [200, 'none'],
    ],
  ]
  let promotions = 0
  const promote = (at: Control, more = {}) =>
    at.admin.rollouts.promote.mutate({
      router: rig.router,
      group: fleet.group,
      policy: { edgeDeadlineMs: 900 + ++promotions },
      ...more,
    })
  const rollBack = (at: Control) => at.admin.rollouts.rollback.mutate({ group: fleet.group })
  const queueJob = async (at: Control, name: string) => {
    const [dataset] = (await at.admin.datasets.list.query()).items
    return at.admin.profiles.create.mutate({ dataset: dataset!.name, models: ['light'], devices: [name] })
  }

  /** Of promotions an edge device hears first; of another edge only a local one. */
  async function settled(what: string): Promise<Poller> {
    await fleet.join('edge')
    if (what === 'another edge') await fleet.settle()
    else for (let i = 0; i < 2; i++) await promote(rig.control)
    return new Poller(fleet.of(what === 'another edge' ? 'local' : 'edge')[0]!).settle('?jobs=tell')
  }

  const said = async (poller: Poller) => {
    const { status, headers } = await poller.ask('?jobs=tell')
    return [status, headers.get(JOBS_HEADER)]
  }

  test.each(changes)('at once where it was made: %s', async (what, change, heard) => {
    const poller = await settled(what)
    await change(rig.control, poller.device)
    expect(await said(poller)).toEqual(heard)
  })

  test.each(changes)(
    'half a second later where another control plane made it: %s',
    async (what, change, heard) => {
      const poller = await settled(what)
      await change(other, poller.device)
      await sleep(FRESH_MS)
      expect(await said(poller)).toEqual(heard)
    },
  )

  test('also by those that poll all the time, of every connection to the database cut', async () => {
    await fleet.settle()
    const pollers = await Promise.all(fleet.devices.map((d) => new Poller(d, other).settle()))
    const edges = pollers.filter(({ device }) => device.tier === 'edge')
    await promote(rig.control)
    await rig.control.database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    )
    await sleep(FRESH_MS)
    // The database may be away for a moment, but what was is not told any more.
    for (const poller of edges) {
      const first = await until('an answer', async () => (await poller.status()) !== 503 && poller.status())
      expect(first).toBe(200)
    }
  })
})

test('whatever two control planes do, half a second later all devices are told at both what the rows say', async () => {
  const random = createRandom(7)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  const planes = [rig.control, other]
  const pollers = fleet.devices.flatMap((device) => planes.map((at) => new Poller(device, at)))
  const stage = { stages: [{ share: 0.4 }, {}], replace: true }
  const steps: ((device: SimulatedDevice, at: Control) => Promise<unknown>)[] = [
    (_, at) => at.admin.rollouts.promote.mutate({ router: rig.router, group: fleet.group, replace: true }),
    (_, at) => at.admin.rollouts.promote.mutate({ router: rig.router, group: fleet.group, ...stage }),
    (_, at) => advanceRollouts(at.ctx),
    (device) => device.poll(),
    (device) => device.device.report({ state: 'idle', servingDeploymentId: null }),
  ]
  const wrong: string[] = []
  for (let i = 0; i < 8; i++) {
    await pick(steps)(pick(fleet.devices), pick(planes))
    await Promise.all(pollers.map((poller) => poller.ask()))
    await sleep(FRESH_MS)
    for (const poller of pollers) {
      const answer = await poller.ask()
      if (answer.status === 200) poller.etag = answer.headers.get('etag')!
      const now = await poller.device.device.send('/manifest')
      if (now.headers.get('etag') !== poller.etag) wrong.push(`${poller.device.name} after step ${i}`)
    }
  }
  expect(wrong).toEqual([])
})

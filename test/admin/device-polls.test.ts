// What the control plane remembers of devices between their polls changes no answer: neither what they are told nor
// whether they are believed. Every answer is compared to that of a control plane that remembers nothing.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { deviceApp } from '#admin/device/device-app.ts'
import { advanceRollouts } from '#admin/jobs/rollout-driver.ts'
import { createRandom } from '#core/random.ts'
import { until } from '#test/harness/until.ts'
import { errorOf, openControl } from './control-rig.ts'
import { makeDeviceKey, signToken } from './fake-device.ts'
import { openRolloutRig, type RolloutRig, type SimulatedFleet } from './rollout-rig.ts'
import type { SimulatedDevice } from './simulated-device.ts'

let rig: RolloutRig
beforeAll(async () => {
  rig = await openRolloutRig()
})
afterAll(() => rig[Symbol.asyncDispose]())

let fleet: SimulatedFleet
beforeEach(async () => {
  fleet = await rig.fleet({ local: 3, edge: 2 })
})

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
const askAs = (token: string) => rig.control.request('/device/v1/manifest', bearer(token))
const tokenOf = ({ device }: SimulatedDevice, claims = {}) => signToken(device.key, device.id, claims)
const poll = ({ device }: SimulatedDevice, etag: string | undefined, waitS = 0) =>
  device.send(`/manifest?wait=${waitS}`, etag === undefined ? {} : { headers: { 'if-none-match': etag } })
const etagOf = async (device: SimulatedDevice) => (await poll(device, undefined)).headers.get('etag')!
const revoke = ({ name }: SimulatedDevice) => rig.control.admin.devices.revoke.mutate({ name })

describe('a poll that is answered from what is remembered', () => {
  const known = new Map<SimulatedDevice, string>()

  /** As it is answered by one that has been up all the time, then by one that has just started. */
  async function isRight(device: SimulatedDevice): Promise<boolean> {
    const answer = await poll(device, known.get(device))
    if (answer.status === 200) known.set(device, answer.headers.get('etag')!)
    const headers = { authorization: `Bearer ${await tokenOf(device)}`, 'if-none-match': known.get(device)! }
    const fresh = await deviceApp(rig.control.ctx).request('/manifest', { headers })
    return fresh.status === 304
  }

  let moves = 0
  const reportOf = ({ device, serving, sequence }: SimulatedDevice, more: object) =>
    device.report({ servingDeploymentId: serving, sequence, ...more })

  const steps: [string, (device: SimulatedDevice) => Promise<unknown>][] = [
    ['promotes', () => fleet.promote({ replace: true })],
    ['promotes in stages', () => fleet.promote({ stages: [{ share: 0.4 }, {}], replace: true })],
    ['looks after the rollout', () => advanceRollouts(rig.control.ctx)],
    ['polls and installs', (device) => device.poll()],
    ['polls and installs once more', (device) => device.poll()],
    ['moves', (device) => reportOf(device, { url: `http://moved-${++moves}.test` })],
    ['fails', (device) => reportOf(device, { state: 'failed' })],
    ['forgets all', ({ device }) => device.report({ state: 'idle', servingDeploymentId: null })],
    ['joins', () => fleet.join('edge')],
  ]

  test.each([1, 2])('is the one that the rows give, whatever happens (%i)', async (seed) => {
    const random = createRandom(seed)
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
    const wrong: string[] = []
    for (let i = 0; i < 30; i++) {
      const [what, step] = pick(fleet.devices.length < 8 ? steps : steps.slice(0, -1))
      const device = pick(fleet.devices)
      await step(device)
      for (const other of fleet.devices)
        if (!(await isRight(other))) wrong.push(`${other.name} after ${device.name} ${what}`)
    }
    expect(wrong).toEqual([])
  })

  test('forgets an edge device that was revoked', async () => {
    await fleet.settle()
    const [local, edge] = [fleet.of('local')[0]!, fleet.of('edge')[0]!]
    const etag = await etagOf(local)
    expect((await poll(local, etag)).status).toBe(304)
    await revoke(edge)
    expect((await poll(local, etag)).status).toBe(200)
  })

  test('follows an edge device to its new address', async () => {
    await fleet.settle()
    const [local, edge] = [fleet.of('local')[0]!, fleet.of('edge')[0]!]
    const etag = await etagOf(local)
    expect((await poll(local, etag)).status).toBe(304)
    expect((await reportOf(edge, { url: 'http://elsewhere.test' })).status).toBe(204)
    expect((await poll(local, etag)).status).toBe(200)
  })

  test('sees that local devices have fallen silent, though nothing was written', async () => {
    const current = await fleet.settle()
    const { deployment: next } = await fleet.promote({ stages: [{ share: 0.4 }, {}] })
    await advanceRollouts(rig.control.ctx)
    const edge = await fleet.join('edge')
    const etag = await etagOf(edge)
    expect((await edge.manifest()).deployment?.id).toBe(current.id)
    expect((await poll(edge, etag)).status).toBe(304)
    await rig.control.database.pool.query(
      `update devices set last_seen_at = now() - interval '1 hour' where group_name = $1 and tier = 'local'`,
      [fleet.group],
    )
    // Nobody has told this process: a look that is half a second old is still good.
    await until('the edge device to be told', async () => (await poll(edge, etag)).status === 200)
    expect((await edge.manifest()).deployment?.id).toBe(next.id)
  })
})

describe('a device that was believed', () => {
  test('is refused at its next request once it is revoked, with the very token that was good', async () => {
    const device = fleet.of('local')[0]!
    const token = await tokenOf(device)
    for (let i = 0; i < 2; i++) expect((await askAs(token)).status).toBe(200)
    await revoke(device)
    const answer = await askAs(token)
    expect(answer.status).toBe(401)
    expect((await errorOf(answer)).message).toContain('the device was revoked')
  })

  test('is refused when the time of its token is over', async () => {
    const device = fleet.of('local')[0]!
    // With the tolerance for clocks it has a second and a half left.
    const token = await tokenOf(device, { issuedAt: -330, expiresAt: -298 })
    expect((await askAs(token)).status).toBe(200)
    const { status } = await until('the token is over', async () => {
      const answer = await askAs(token)
      return answer.status !== 200 && answer
    })
    expect(status).toBe(401)
  })

  test('is refused when its key is another one now', async () => {
    const device = fleet.of('local')[0]!
    const token = await tokenOf(device)
    expect((await askAs(token)).status).toBe(200)
    const { publicKey } = await makeDeviceKey()
    await rig.control.database.pool.query('update devices set public_key = $1 where id = $2', [
      publicKey,
      device.device.id,
    ])
    expect((await askAs(token)).status).toBe(401)
  })

  test('is not believed under the name of another one', async () => {
    const [one, other] = fleet.of('local')
    expect((await askAs(await tokenOf(one!))).status).toBe(200)
    const claims = { kid: other!.device.id, issuer: other!.device.id }
    expect((await askAs(await tokenOf(one!, claims))).status).toBe(401)
  })
})

describe('long polls', () => {
  test('of a whole group end with the news, the edge devices’ first', async () => {
    await fleet.settle()
    const etags = new Map(await Promise.all(fleet.devices.map(async (d) => [d, await etagOf(d)] as const)))
    const polls = fleet.devices.map(async (d) => ({ d, answer: await poll(d, etags.get(d), 20) }))
    await fleet.promote()
    const edges = await Promise.all(polls.filter((_, i) => fleet.devices[i]!.tier === 'edge'))
    expect(edges.map(({ answer }) => answer.status)).toEqual([200, 200])
    for (const { d } of edges) await d.poll()
    const all = await Promise.all(polls)
    expect(all.map(({ answer }) => answer.status)).toEqual([200, 200, 200, 200, 200])
  })

  test('hear of what another control plane on the same database has done', async () => {
    const edge = fleet.of('edge')[0]!
    const waiting = poll(edge, await etagOf(edge), 20)
    await using other = await openControl({
      url: rig.control.databaseUrl,
      drop: async () => undefined,
    })
    await other.admin.rollouts.promote.mutate({ router: rig.router, group: fleet.group })
    expect((await waiting).status).toBe(200)
  })

  test('of a device that is revoked meanwhile ends refused, and that of its neighbour goes on', async () => {
    const [lost, neighbour] = fleet.of('local') as [SimulatedDevice, SimulatedDevice]
    const kept = poll(neighbour, await etagOf(neighbour), 3)
    const etag = await etagOf(lost)
    const waiting = poll(lost, etag, 20)
    // What came later is answered: by then it waits.
    for (let i = 0; i < 2; i++) expect((await poll(lost, etag)).status).toBe(304)
    await revoke(lost)
    const first = await Promise.race([kept, waiting])
    expect(first.status).toBe(401)
    expect((await kept).status).toBe(304)
  })
})

// Captured images at the control plane: taken from devices that were told of a deployment that asks for them, within
// its quota, whole or not at all, whoever else has seen them, and kept for a time.

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forgetOldCaptures } from '#admin/device/observe/capture-retention.ts'
import { CaptureAnswer, type CaptureRecord } from '#contract/observe/capture.ts'
import { digestOf } from '#platform/artifact-store.ts'
import { errorOf, jsonBody } from '../control-rig.ts'
import { openRolloutRig, type RolloutRig, type SimulatedFleet } from '../rollout-rig.ts'
import type { SimulatedDevice } from '../simulated-device.ts'

let rig: RolloutRig
let pi: SimulatedDevice
let other: SimulatedDevice
let asking: string
let silent: string
let fleet: SimulatedFleet
beforeAll(async () => {
  rig = await openRolloutRig()
  fleet = await rig.fleet({ local: 2, edge: 1 })
  ;[pi, other] = fleet.of('local') as [SimulatedDevice, SimulatedDevice]
  silent = (await fleet.settle()).id
  asking = (await fleet.promote({ policy: { captureQuotaMb: 1 } })).deployment.id
  await fleet.turn(3)
})
afterAll(() => rig[Symbol.asyncDispose]())

const image = (sizeBytes = 5_000) => randomBytes(sizeBytes)

const recordOf = (bytes: Buffer, deploymentId = asking): CaptureRecord => ({
  digest: digestOf(bytes),
  sizeBytes: bytes.length,
  at: new Date().toISOString(),
  deploymentId,
  of: 1,
  reason: 'offloaded',
  score: 0.7,
  threshold: 0.5,
  edge: { label: 3, score: 0.8 },
})

async function offer(device: SimulatedDevice, ...captures: CaptureRecord[]) {
  const answer = await device.device.send('/captures', jsonBody({ captures }))
  expect(answer.status).toBe(200)
  return CaptureAnswer.parse(await answer.json()).captures.map(({ state, from }) => ({ state, from }))
}

const send = (device: SimulatedDevice, bytes: Buffer, part: Uint8Array, from = 0) =>
  device.device.send(`/captures/${digestOf(bytes)}`, {
    method: 'PUT',
    headers: { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` },
    body: part as Uint8Array<ArrayBuffer>,
  })

const fetchAs = (role: 'admin' | 'operator' | 'viewer', bytes: Buffer) =>
  rig.control.request(`/captures/${digestOf(bytes)}`, {
    headers: { authorization: `Bearer ${rig.control.keys[role]}` },
  })

describe('a captured image', () => {
  test('is wanted, comes, and is stored from then on', async () => {
    const bytes = image()
    expect(await offer(pi, recordOf(bytes))).toEqual([{ state: 'wanted', from: 0 }])
    expect((await send(pi, bytes, bytes)).status).toBe(204)
    expect(await offer(pi, recordOf(bytes))).toEqual([{ state: 'stored', from: 0 }])
    const fetched = await fetchAs('operator', bytes)
    expect(Buffer.from(await fetched.arrayBuffer()).equals(bytes)).toBe(true)
    expect((await fetchAs('viewer', bytes)).status).toBe(403)
  })

  test('goes on where it broke off', async () => {
    const bytes = image()
    await offer(pi, recordOf(bytes))
    expect((await send(pi, bytes, bytes.subarray(0, 2_000))).status).toBe(400)
    expect(await offer(pi, recordOf(bytes))).toEqual([{ state: 'wanted', from: 2_000 }])
    expect((await send(pi, bytes, bytes)).status).toBe(409)
    expect((await send(pi, bytes, bytes.subarray(2_000), 2_000)).status).toBe(204)
    expect(await offer(pi, recordOf(bytes))).toEqual([{ state: 'stored', from: 0 }])
  })

  test('that another device has handed in already is not asked for again', async () => {
    const bytes = image()
    await offer(pi, recordOf(bytes))
    await send(pi, bytes, bytes)
    expect(await offer(other, recordOf(bytes))).toEqual([{ state: 'stored', from: 0 }])
    const rows = (await rig.control.admin.captures.list.query({ limit: 1_000 })).items.filter(
      (row) => row.digest === digestOf(bytes),
    )
    expect(rows).toHaveLength(2)
    expect(rows.every((row) => row.storedAt !== null)).toBe(true)
  })

  test('of a deployment that asks for none is refused, and so are its bytes', async () => {
    const bytes = image()
    expect(await offer(pi, recordOf(bytes, silent), recordOf(bytes, 'dep_unknown'))).toEqual([
      { state: 'refused', from: 0 },
      { state: 'refused', from: 0 },
    ])
    expect((await send(pi, bytes, bytes)).status).toBe(404)
  })

  test('with other bytes than it was offered with is thrown away, and may come again', async () => {
    const bytes = image()
    await offer(pi, recordOf(bytes))
    expect((await errorOf(await send(pi, bytes, image()))).code).toBe('invalid')
    expect((await errorOf(await send(pi, bytes, image(9_000)))).code).toBe('invalid')
    expect((await fetchAs('admin', bytes)).status).toBe(404)
    const [answer] = await offer(pi, recordOf(bytes))
    expect((await send(pi, bytes, bytes.subarray(answer!.from), answer!.from)).status).toBe(204)
  })

  test('is nothing that a device can fetch', async () => {
    const bytes = image()
    await offer(pi, recordOf(bytes))
    await send(pi, bytes, bytes)
    expect((await pi.device.send(`/artifacts/${digestOf(bytes)}`)).status).toBe(404)
  })
})

const age = (digest: string, deviceId: string, days: number) =>
  rig.control.database.pool.query(
    'update captures set created_at = now() - make_interval(days => $3) where digest = $1 and device_id = $2',
    [digest, deviceId, days],
  )

describe('the quota of a deployment', () => {
  const offered = async (device: SimulatedDevice, ...captures: CaptureRecord[]) => {
    const answer = await device.device.send('/captures', jsonBody({ captures }))
    return CaptureAnswer.parse(await answer.json()).captures.map(({ state, isOverQuota }) =>
      isOverQuota ? 'over' : state,
    )
  }
  const told = async (captureQuotaMb: number) => {
    const { deployment } = await fleet.promote({ policy: { captureQuotaMb } })
    await fleet.turn(3)
    return deployment.id
  }

  test('holds for each device in a day, however it is offered, and tells the rest to wait', async () => {
    const id = await told(0.02)
    const [first, second, third, small] = [image(9_000), image(9_000), image(9_000), image(1_500)]
    const records = [first, second, third, small].map((bytes) => recordOf(bytes, id))
    expect(await offered(pi, ...records)).toEqual(['wanted', 'wanted', 'over', 'wanted'])
    expect(await offered(pi, ...records)).toEqual(['wanted', 'wanted', 'over', 'wanted'])
    expect((await send(pi, third, third)).status).toBe(404)
    expect(await offered(other, recordOf(third, id))).toEqual(['wanted'])
    await age(digestOf(first), pi.device.id, 2)
    expect(await offered(pi, recordOf(third, id))).toEqual(['wanted'])
  })

  test('is not passed by offers that come at once', async () => {
    const id = await told(0.025)
    const many = Array.from({ length: 8 }, () => recordOf(image(9_000), id))
    const states = await Promise.all(many.map((record) => offered(pi, record)))
    expect(states.flat().filter((state) => state === 'wanted')).toHaveLength(2)
  })

  test('is nothing that a device has which was never told of the deployment', async () => {
    const stranger = (await rig.fleet({ local: 1, edge: 0 })).of('local')[0]!
    expect(await offered(stranger, recordOf(image()))).toEqual(['refused'])
  })
})

describe('retention', () => {
  test('takes what is older with its bytes, and leaves an image that somebody has seen since', async () => {
    const [old, shared, young] = [image(), image(), image()]
    for (const bytes of [old, shared, young]) {
      await offer(pi, recordOf(bytes))
      await send(pi, bytes, bytes)
    }
    await offer(other, recordOf(shared))
    for (const bytes of [old, shared]) await age(digestOf(bytes), pi.device.id, 31)
    expect(await forgetOldCaptures(rig.control.ctx, 30)).toBe(1)
    expect((await fetchAs('admin', old)).status).toBe(404)
    for (const bytes of [shared, young]) expect((await fetchAs('admin', bytes)).status).toBe(200)
    const left = (await rig.control.admin.captures.list.query({ limit: 1_000 })).items.map(
      (row) => row.digest,
    )
    expect(left).not.toContain(digestOf(old))
    expect(left.filter((digest) => digest === digestOf(shared))).toHaveLength(1)
  })
})

// What a device is told to run: signed, in a sequence that grows only with the content, and never a pair whose
// edge half is not live.

import { compactVerify, importJWK, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MANIFEST_JWS_TYPE, Manifest } from '#contract/manifest.ts'
import { withoutTriggers } from '#test/harness/without-triggers.ts'
import { type Control, errorOf, openControl, trained } from './control-rig.ts'
import { enrolDevice, type FakeDevice } from './fake-device.ts'
import { type MeasuredPair, measurePair } from './measured-pair.ts'

let control: Control
let pair: MeasuredPair
let routerId: string
beforeAll(async () => {
  control = await openControl()
  pair = await measurePair(control)
  routerId = (await trained(control, { kind: 'confidence', folds: 2 })).id
})
afterAll(() => control[Symbol.asyncDispose]())

let group: string
let pi: FakeDevice
let tx2: FakeDevice
let count = 0
beforeEach(async () => {
  group = `group-${++count}`
  pi = await enrolDevice(control, { name: `pi-${count}`, tier: 'local', group })
  tx2 = await enrolDevice(control, { name: `tx2-${count}`, tier: 'edge', group })
})

const promote = async (more: object = {}) =>
  (await control.admin.rollouts.promote.mutate({ router: routerId, group, ...more })).deployment

const ask = (device: FakeDevice, etag?: string, waitS = 0) =>
  device.send(`/manifest?wait=${waitS}`, etag === undefined ? {} : { headers: { 'if-none-match': etag } })

async function read(device: FakeDevice) {
  const answer = await ask(device)
  expect(answer.status).toBe(200)
  const jws = await answer.text()
  const key = await importJWK(control.ctx.signer.publicKey, 'EdDSA')
  const { payload, protectedHeader } = await compactVerify(jws, key)
  const manifest = Manifest.parse(JSON.parse(new TextDecoder().decode(payload)))
  return { manifest, jws, protectedHeader, etag: answer.headers.get('etag')! }
}
const sequenceOf = async (device: FakeDevice) => (await read(device)).manifest.sequence

describe('GET /device/v1/manifest', () => {
  test('before anything is promoted says so, signed', async () => {
    const { manifest, protectedHeader } = await read(pi)
    expect(manifest).toMatchObject({
      deviceId: pi.id,
      tier: 'local',
      sequence: 1,
      deployment: null,
      edges: [],
    })
    expect(protectedHeader).toEqual({
      alg: 'EdDSA',
      typ: MANIFEST_JWS_TYPE,
      kid: control.ctx.signer.publicKey.kid,
    })
    expect(Date.parse(manifest.expiresAt)).toBeGreaterThan(Date.parse(manifest.issuedAt))
  })

  test('is the same bytes under the same name until the content changes, then the next number', async () => {
    const first = await read(tx2)
    expect(await read(tx2)).toEqual(first)
    const { id } = await promote()
    const second = await read(tx2)
    expect(second.manifest).toMatchObject({ sequence: 2, deployment: { id } })
    expect(second.etag).not.toBe(first.etag)
    await tx2.report({ servingDeploymentId: id, sequence: 2 })
    expect(await read(tx2)).toEqual(second)
  })

  test('answers 304 to the name of what it would say, and 200 to an older one', async () => {
    const { etag } = await read(tx2)
    const same = await ask(tx2, etag)
    expect([same.status, await same.text(), same.headers.get('etag')]).toEqual([304, '', etag])
    await promote()
    expect((await ask(tx2, etag)).status).toBe(200)
  })

  test('a long poll ends as soon as there is news', async () => {
    const { etag } = await read(tx2)
    const startedAt = performance.now()
    const poll = ask(tx2, etag, 20)
    await promote()
    expect((await poll).status).toBe(200)
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  })

  test('a long poll without news ends with 304 after its time', async () => {
    const { etag } = await read(tx2)
    const startedAt = performance.now()
    expect((await ask(tx2, etag, 1)).status).toBe(304)
    expect(performance.now() - startedAt).toBeGreaterThan(900)
  })

  test.each(['-5', 'soon', 'NaN'])('a wait of "%s" is no wait', async (wait) => {
    const { etag } = await read(tx2)
    const answer = await tx2.send(`/manifest?wait=${wait}`, { headers: { 'if-none-match': etag } })
    expect(answer.status).toBe(304)
  })

  test('twenty polls at once get one sequence', async () => {
    await promote()
    const answers = await Promise.all(Array.from({ length: 20 }, () => read(tx2)))
    expect(new Set(answers.map((a) => a.jws)).size).toBe(1)
  })

  test('a manifest is no token, and a token no manifest', async () => {
    const { jws } = await read(pi)
    const key = await importJWK(control.ctx.signer.publicKey, 'EdDSA')
    await expect(jwtVerify(jws, key, { typ: 'JWT' })).rejects.toThrow()
  })

  test('near its end it is signed again under the next number', async () => {
    const { manifest } = await read(pi)
    await withoutTriggers(
      control.database.pool,
      `update manifests set expires_at = now() + interval '1 day' where device_id = $1`,
      [pi.id],
    )
    const next = (await read(pi)).manifest
    expect(next.sequence).toBe(manifest.sequence + 1)
    expect(Date.parse(next.expiresAt)).toBeGreaterThan(Date.now() + 20 * 86_400_000)
  })
})

describe('a pair is live in both halves or in none', () => {
  test('a local device gets a deployment only after an edge device reports it', async () => {
    const { id } = await promote()
    expect((await read(tx2)).manifest.deployment?.id).toBe(id)
    expect((await read(pi)).manifest).toMatchObject({ sequence: 1, deployment: null, edges: [] })
    await tx2.report({ servingDeploymentId: 'dep_another' })
    expect((await read(pi)).manifest.deployment).toBeNull()
    await tx2.report({ servingDeploymentId: id })
    expect((await read(pi)).manifest).toMatchObject({
      sequence: 2,
      deployment: { id },
      edges: [{ url: tx2.url }],
    })
  })

  test('it keeps the pair it has while the edge half of the next one is not live', async () => {
    const { id: first } = await promote()
    await tx2.report({ servingDeploymentId: first })
    const before = await read(pi)
    const { id: second } = await promote({ policy: { edgeDeadlineMs: 500 } })
    expect((await read(pi)).jws).toBe(before.jws)
    await tx2.report({ servingDeploymentId: second })
    expect((await read(pi)).manifest).toMatchObject({ sequence: 2, deployment: { id: second } })
  })

  test('an edge device of another group does not count', async () => {
    const { id } = await promote()
    await pair.tx2.report({ servingDeploymentId: id })
    expect((await read(pi)).manifest.deployment).toBeNull()
  })

  test('an edge device that was revoked counts no more', async () => {
    const { id } = await promote()
    const second = await enrolDevice(control, { name: `spare-${count}`, tier: 'edge', group })
    await tx2.report({ servingDeploymentId: id })
    await second.report({ servingDeploymentId: id })
    expect((await read(pi)).manifest.edges.map((e) => e.url).sort()).toEqual([second.url, tx2.url].sort())
    await control.admin.devices.revoke.mutate({ name: `spare-${count}` })
    expect((await read(pi)).manifest.edges).toEqual([{ url: tx2.url }])
  })

  test('the last edge device that was revoked gets no more images either', async () => {
    const { id } = await promote()
    await tx2.report({ servingDeploymentId: id })
    const before = (await read(pi)).manifest
    expect(before.edges).toHaveLength(1)
    await control.admin.devices.revoke.mutate({ name: `tx2-${count}` })
    const after = (await read(pi)).manifest
    expect(after.edges).toEqual([])
    expect(after.deployment?.id).toBe(before.deployment?.id)
    expect(after.sequence).toBe(before.sequence + 1)
  })

  test('an edge device that moves is found at its new address', async () => {
    const { id } = await promote()
    await tx2.report({ servingDeploymentId: id })
    const before = await sequenceOf(pi)
    await tx2.report({ servingDeploymentId: id, url: 'http://10.0.0.9:7402' })
    expect((await read(pi)).manifest).toMatchObject({
      sequence: before + 1,
      edges: [{ url: 'http://10.0.0.9:7402' }],
    })
  })

  test('rolling back is a new number with the old deployment', async () => {
    const { id: first } = await promote()
    await promote({ policy: { edgeDeadlineMs: 500 } })
    expect(await sequenceOf(tx2)).toBe(1)
    await control.admin.rollouts.rollback.mutate({ group })
    expect((await read(tx2)).manifest).toMatchObject({ sequence: 2, deployment: { id: first } })
  })
})

describe('POST /device/v1/report', () => {
  test('is what the fleet list shows', async () => {
    expect((await tx2.report({ state: 'failed', message: 'no memory', sequence: 4 })).status).toBe(204)
    const shown = await control.admin.devices.get.query({ name: `tx2-${count}` })
    expect(shown.report).toMatchObject({ state: 'failed', message: 'no memory', sequence: 4 })
    expect(shown.lastSeenAt).not.toBeNull()
  })

  test.each<[string, object, string]>([
    ['a state that is none', { state: 'happy' }, 'state'],
    ['a negative sequence', { sequence: -1 }, 'sequence'],
    ['an address that is none', { url: 'here' }, 'url'],
  ])('with %s is refused by field', async (_, wrong, path) => {
    const answer = await tx2.report(wrong)
    expect(answer.status).toBe(400)
    expect((await errorOf(answer)).message).toMatch(new RegExp(`^Cannot read field "${path}"`))
  })
})

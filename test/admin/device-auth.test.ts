// Joining once with a code, and who is believed to be a device afterwards.

import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Control, errorOf, jsonBody, openControl } from './control-rig.ts'
import {
  type DeviceKey,
  enrolDevice,
  enrolmentOf,
  type FakeDevice,
  makeDeviceKey,
  signToken,
  type TokenClaims,
} from './fake-device.ts'

let control: Control
let device: FakeDevice
let stranger: DeviceKey
beforeAll(async () => {
  control = await openControl()
  device = await enrolDevice(control, { name: 'pi', tier: 'local' })
  stranger = await makeDeviceKey()
})
afterAll(() => control[Symbol.asyncDispose]())

const enrol = (body: unknown) => control.request('/device/v1/enrol', jsonBody(body))
const newCode = async (name: string, tier: 'local' | 'edge' = 'local') =>
  (await control.admin.devices.createEnrolment.mutate({ name, tier })).code

describe('POST /device/v1/enrol', () => {
  test('answers who the device is and which key signs its manifests', async () => {
    const answer = await enrol(enrolmentOf(await newCode('fresh'), stranger, 'local'))
    expect(answer.status).toBe(201)
    expect(await answer.json()).toEqual({
      deviceId: expect.stringMatching(/^dev_/),
      name: 'fresh',
      manifestKeys: [control.ctx.signer.publicKey],
    })
  })

  test.each<[string, () => Promise<unknown>]>([
    ['unknown', async () => enrolmentOf('no-such-code', stranger, 'local')],
    ['for the other tier', async () => enrolmentOf(await newCode('wrong-tier', 'edge'), stranger, 'local')],
    [
      'expired',
      async () => {
        const code = await newCode('late')
        await control.database.pool.query(
          `update enrolment_codes set expires_at = now() - interval '1 second' where name = 'late'`,
        )
        return enrolmentOf(code, stranger, 'local')
      },
    ],
    [
      'used before',
      async () => {
        const body = enrolmentOf(await newCode('used'), stranger, 'local')
        expect((await enrol(body)).status).toBe(201)
        return body
      },
    ],
  ])('refuses a code that is %s', async (_, body) => {
    const answer = await enrol(await body())
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({
      error: {
        code: 'unauthorised',
        message: 'Cannot enrol: the code is unknown, used, expired or for the other tier',
      },
    })
  })

  test('a code presented for the other tier is not spent', async () => {
    const code = await newCode('kept-code', 'edge')
    expect((await enrol(enrolmentOf(code, stranger, 'local'))).status).toBe(401)
    expect((await enrol(enrolmentOf(code, stranger, 'edge'))).status).toBe(201)
  })

  test('of two codes for one name only the first enrols', async () => {
    const [first, second] = [await newCode('same-name'), await newCode('same-name')]
    expect((await enrol(enrolmentOf(first, stranger, 'local'))).status).toBe(201)
    const answer = await enrol(enrolmentOf(second, await makeDeviceKey(), 'local'))
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({
      error: { code: 'conflict', message: 'Cannot enrol: another device has taken the name of this code' },
    })
  })

  test('a code for the name or the id of a device that is enrolled is refused to the admin', async () => {
    for (const name of ['pi', device.id])
      await expect(newCode(name)).rejects.toThrow(
        `Cannot enrol device "${name}": that name is taken, expected a new name`,
      )
  })

  test.each<[string, object, string]>([
    ['a key of another curve', { publicKey: { kty: 'OKP', crv: 'X25519', x: 'a' } }, 'publicKey.crv'],
    ['a key that is too short', { publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' } }, 'publicKey.x'],
    ['no address', { url: 'over there' }, 'url'],
    ['a tier that is none', { tier: 'cloud' }, 'tier'],
  ])('names the field of %s', async (_, wrong, path) => {
    const answer = await enrol({ ...enrolmentOf('code', stranger, 'local'), ...wrong })
    expect(answer.status).toBe(400)
    expect((await errorOf(answer)).message).toMatch(new RegExp(`^Cannot read field "${path}"`))
  })
})

describe('a device’s token', () => {
  const ask = async (token: string | undefined, pathname = '/manifest') => {
    const answer = await control.request(`/device/v1${pathname}`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    })
    return { status: answer.status, text: await answer.text() }
  }
  const sign = (claims: TokenClaims, key: DeviceKey = device.key) => signToken(key, device.id, claims)

  test('is accepted while it is fresh, also from a board whose clock is minutes off', async () => {
    expect((await ask(await sign({}))).status).toBe(200)
    expect((await ask(await sign({ issuedAt: -280, expiresAt: -220 }))).status).toBe(200)
    expect((await ask(await sign({ issuedAt: 280, expiresAt: 340 }))).status).toBe(200)
  })

  const unsigned = () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const now = Math.floor(Date.now() / 1_000)
    const claims = { iss: device.id, aud: 'tandem-control', iat: now, exp: now + 60 }
    return `${part({ alg: 'none', kid: device.id })}.${part(claims)}.`
  }
  const refused: [string, () => Promise<string | undefined> | string][] = [
    ['missing', async () => undefined],
    ['not a JWT', () => 'nonsense'],
    ['without a signature', unsigned],
    ['signed by another key', () => sign({}, stranger)],
    ['for another audience', () => sign({ audience: 'somewhere-else' })],
    ['of another issuer', () => sign({ issuer: 'dev_other' })],
    ['expired', () => sign({ issuedAt: -500, expiresAt: -400 })],
    [
      'older than two minutes and the tolerance, whatever it says of its end',
      () => sign({ issuedAt: -500, expiresAt: 9_999 }),
    ],
    ['of tomorrow', () => sign({ issuedAt: 86_400, expiresAt: 86_460 })],
    ['without an end', () => sign({ expiresAt: undefined })],
    ['of nobody', () => sign({ kid: 'dev_00000000000000000000' })],
    ['naming no device', () => sign({ kid: undefined })],
    ['naming the device by its name', () => sign({ kid: 'pi', issuer: 'pi' })],
    ['naming something that is no name', () => sign({ kid: { $ne: null } })],
    ['naming a character that PostgreSQL cannot keep', () => sign({ kid: 'dev_\0' })],
    [
      'signed with a secret that everybody knows',
      () =>
        new SignJWT({ iss: device.id })
          .setProtectedHeader({ alg: 'HS256', kid: device.id })
          .sign(Buffer.from(device.key.publicKey.x)),
    ],
    ['an admin’s key', () => control.keys.admin],
  ]
  test.each(refused)('is refused when it is %s', async (_, token) => {
    const { status, text } = await ask(await token())
    expect([status, JSON.parse(text).error.code]).toEqual([401, 'unauthorised'])
    expect(text).toMatch(/Cannot accept the device's token: /)
    expect(text).not.toMatch(/stack|jose|\.ts\b/)
  })

  test('is asked for on every route but enrolment', async () => {
    for (const [method, pathname] of [
      ['GET', '/manifest'],
      ['POST', '/report'],
      ['GET', `/artifacts/sha256:${'0'.repeat(64)}`],
      ['GET', '/jobs/next'],
      ['POST', '/jobs/job_1/rows'],
      ['POST', '/jobs/job_1/done'],
      ['POST', '/jobs/job_1/failed'],
      ['POST', '/decisions'],
    ] as const) {
      const answer = await control.request(`/device/v1${pathname}`, { method })
      expect([pathname, answer.status]).toEqual([pathname, 401])
    }
  })

  test('of a device that was revoked is refused from the next request on', async () => {
    const lost = await enrolDevice(control, { name: 'lost', tier: 'local' })
    expect((await lost.send('/manifest')).status).toBe(200)
    expect(await control.admin.devices.revoke.mutate({ name: 'lost' })).toEqual({ revoked: true })
    const answer = await lost.send('/manifest')
    expect(answer.status).toBe(401)
    expect((await errorOf(answer)).message).toContain('the device was revoked')
    expect(await control.admin.devices.revoke.mutate({ name: 'lost' })).toEqual({ revoked: false })
  })
})

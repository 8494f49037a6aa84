// Trust: what a device accepts as its orders. Every refusal has its code, since the code is what gets reported.

import { CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { PublicKey } from '#contract/device-api.ts'
import { MANIFEST_JWS_TYPE } from '#contract/manifest.ts'
import { checkInstallable, openManifest, type Recipient } from '#workers/agent/verify-manifest.ts'
import { manifest } from './samples.ts'

type Key = Awaited<ReturnType<typeof makeKey>>

async function makeKey() {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  const jwk = PublicKey.parse(await exportJWK(publicKey))
  const kid = await calculateJwkThumbprint(jwk)
  return { privateKey, pinned: { ...jwk, kid }, kid }
}

const sign = (payload: string, key: Key, header: { typ?: string; kid?: string } = {}) =>
  new CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader({ alg: 'EdDSA', typ: MANIFEST_JWS_TYPE, kid: key.kid, ...header })
    .sign(key.privateKey)

const json = (content = {}) => JSON.stringify(manifest(content))

let ours: Key
let theirs: Key
let recipient: Recipient
beforeAll(async () => {
  ;[ours, theirs] = [await makeKey(), await makeKey()]
  recipient = { deviceId: 'dev-1', tier: 'local', manifestKeys: [ours.pinned] }
})

/** The same header and signature around another payload. */
function withPayload(jws: string, payload: string): string {
  const [header, , signature] = jws.split('.')
  return `${header}.${Buffer.from(payload).toString('base64url')}.${signature}`
}

describe('openManifest()', () => {
  test('accepts what a pinned key signed for this device', async () => {
    expect(await openManifest(await sign(json(), ours), recipient)).toEqual(manifest())
  })

  test('accepts any of several pinned keys, so that keys can be rotated', async () => {
    const both = { ...recipient, manifestKeys: [theirs.pinned, ours.pinned] }
    for (const key of [ours, theirs])
      expect((await openManifest(await sign(json(), key), both)).sequence).toBe(1)
  })

  test('ignores fields that a newer control plane has added', async () => {
    const newer = JSON.stringify({ ...manifest(), colour: 'teal', edges: [{ url: 'http://e', weight: 3 }] })
    const opened = await openManifest(await sign(newer, ours), recipient)
    expect(opened).toEqual(manifest({ edges: [{ url: 'http://e' }] }))
  })

  test('says nothing about age: an expired manifest still opens, since serving goes on', async () => {
    const old = json({ expiresAt: '2001-01-01T00:00:00.000Z' })
    expect((await openManifest(await sign(old, ours), recipient)).sequence).toBe(1)
  })

  const REFUSED: readonly [name: string, code: string, jws: () => Promise<string> | string][] = [
    ['a key that is not pinned', 'forged', () => sign(json(), theirs)],
    ['another key under the pinned name', 'forged', () => sign(json(), theirs, { kid: ours.kid })],
    [
      'a payload that was changed',
      'forged',
      async () => withPayload(await sign(json(), ours), json({ sequence: 99 })),
    ],
    ['a signed thing that is no manifest', 'forged', () => sign(json(), ours, { typ: 'JWT' })],
    ['no signature at all', 'forged', async () => (await sign(json(), ours)).replace(/[^.]*$/, '')],
    [
      'an unsigned token',
      'forged',
      () =>
        `${Buffer.from(JSON.stringify({ alg: 'none', typ: MANIFEST_JWS_TYPE, kid: ours.kid })).toString('base64url')}.${Buffer.from(json()).toString('base64url')}.`,
    ],
    ['noise', 'forged', () => 'not a jws'],
    ['nothing', 'forged', () => ''],
    ['signed text that is not JSON', 'malformed', () => sign('{', ours)],
    [
      'a schema that this device does not know',
      'malformed',
      () => sign(JSON.stringify({ ...manifest(), schema: 2 }), ours),
    ],
    [
      'a sequence that is no number',
      'malformed',
      () => sign(JSON.stringify({ ...manifest(), sequence: '7' }), ours),
    ],
    ['another device', 'wrong-device', () => sign(json({ deviceId: 'dev-2' }), ours)],
    ['another tier', 'wrong-device', () => sign(json({ tier: 'edge' }), ours)],
  ]

  test.each(REFUSED)('refuses %s as %s', async (_name, code, jws) => {
    await expect(openManifest(await jws(), recipient)).rejects.toMatchObject({
      name: 'ManifestRefused',
      code,
    })
  })
})

describe('checkInstallable()', () => {
  const expiresAt = '2026-02-01T00:00:00.000Z'
  const before = new Date('2026-01-31T23:59:59.999Z')
  const after = new Date(expiresAt)

  test.each([
    ['a larger sequence before its end', 8, before, undefined],
    ['the same sequence', 7, before, 'old'],
    ['an earlier sequence', 6, before, 'old'],
    ['a larger sequence at its end', 8, after, 'expired'],
  ] as const)('%s, sequence %i', (_name, sequence, now, code) => {
    const check = () => checkInstallable(manifest({ sequence, expiresAt }), 7, now)
    if (code === undefined) expect(check).not.toThrow()
    else expect(check).toThrow(expect.objectContaining({ name: 'ManifestRefused', code }))
  })
})

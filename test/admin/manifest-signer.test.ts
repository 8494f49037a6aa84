// Who signs manifests: a key file, or a command that keeps the key to itself; and keys that overlap.

import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { calculateJwkThumbprint, compactVerify, exportJWK, generateKeyPair, importJWK } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pollRows } from '#admin/device/polls/poll-rows.ts'
import { manifestFor } from '#admin/device/wanted.ts'
import { openManifestSigner } from '#admin/manifest-signer.ts'
import { MANIFEST_JWS_TYPE, Manifest } from '#contract/manifest.ts'
import { connect } from '#db/connect.ts'
import { addDevice } from '#test/db/filled-database.ts'
import { createTestDatabase } from '#test/harness/database.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'tandem-signer-'))
  await mkdir(path.join(home, 'keys'))
})
afterEach(() => rm(home, { recursive: true }))

const manifest: Manifest = {
  schema: 1,
  deviceId: 'dev_1',
  tier: 'local',
  sequence: 7,
  issuedAt: '2026-01-02T03:04:05.678Z',
  expiresAt: '2026-02-02T03:04:05.678Z',
  deployment: null,
  edges: [],
}

async function newKey(name: string) {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  const { d, ...publicJwk } = await exportJWK(privateKey)
  const file = path.join(home, 'keys', name)
  await writeFile(file, JSON.stringify(publicJwk))
  return { jwk: { ...publicJwk, d }, file, kid: await calculateJwkThumbprint(publicJwk) }
}

/** A program that signs with its own copy of the key; `change` is what a bad one does before. */
async function signProgram(jwk: object, kid: string, change = 'payload', type = MANIFEST_JWS_TYPE) {
  const file = path.join(home, 'sign.mjs')
  const jose = import.meta.resolve('jose')
  await writeFile(
    file,
    `#!${process.execPath}
    import { CompactSign, importJWK } from '${jose}'
    const chunks = []
    for await (const chunk of process.stdin) chunks.push(chunk)
    const payload = Buffer.concat(chunks)
    const key = await importJWK(${JSON.stringify(jwk)}, 'EdDSA')
    const header = { alg: 'EdDSA', typ: '${type}', kid: '${kid}' }
    console.log(await new CompactSign(${change}).setProtectedHeader(header).sign(key))`,
  )
  await chmod(file, 0o755)
  return file
}

describe('a sign command', () => {
  test('signs what it is given, and the control plane holds no private key', async () => {
    const { jwk, file, kid } = await newKey('public.jwk')
    const signer = await openManifestSigner(home, { keyFile: file, command: await signProgram(jwk, kid) })
    const { payload, protectedHeader } = await compactVerify(
      await signer.sign(manifest),
      await importJWK(signer.publicKey, 'EdDSA'),
    )
    expect(Manifest.parse(JSON.parse(new TextDecoder().decode(payload)))).toEqual(manifest)
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: MANIFEST_JWS_TYPE, kid })
  })

  test.each<[string, (jwk: object, kid: string) => Promise<string>, string]>([
    [
      'another key',
      async (_, kid) => signProgram((await newKey('other.jwk')).jwk, kid),
      'is not signed by key',
    ],
    ['another name of the key', (jwk) => signProgram(jwk, 'mine'), 'names key "mine"'],
    [
      'other bytes',
      (jwk, kid) => signProgram(jwk, kid, 'Buffer.from("{}")'),
      'other bytes than it was given',
    ],
    ['another type', (jwk, kid) => signProgram(jwk, kid, 'payload', 'JWT'), 'is of type "JWT"'],
    ['nothing', async () => 'true', 'is not signed by key'],
    ['a failure', async () => 'exit 3', 'the sign command ended with 3'],
    ['more than a manifest can be', async () => 'head -c 900000 /dev/zero', 'the sign command ended with'],
  ])('that answers with %s is refused', async (_, make, words) => {
    const { jwk, file, kid } = await newKey('public.jwk')
    const signer = await openManifestSigner(home, { keyFile: file, command: await make(jwk, kid) })
    await expect(signer.sign(manifest)).rejects.toThrow(words)
  })
})

describe('keys that overlap', () => {
  test('are told in one order, the one that signs first; other files are none', async () => {
    const first = await openManifestSigner(home)
    const next = await newKey('manifest.next.jwk')
    await newKey('somebody-else.jwk')
    await writeFile(path.join(home, 'keys', 'manifest.txt'), 'no key')
    const signer = await openManifestSigner(home)
    expect(signer.publicKeys.map((k) => k.kid)).toEqual([first.publicKey.kid, next.kid])
    expect(signer.publicKeys.every((key) => !('d' in key))).toBe(true)
  })

  test('reach every device with a manifest of its own, and leave it with another', async () => {
    const scratch = await createTestDatabase()
    const { db, close } = connect(scratch.url)
    const device = await addDevice(db, 'pi', 'local')
    const ask = async () => {
      const signer = await openManifestSigner(home)
      const { sequence, jws } = await manifestFor({ rows: pollRows(db), signer }, device, new Date())
      const { payload } = await compactVerify(jws, await importJWK(signer.publicKey, 'EdDSA'))
      return { sequence, keys: Manifest.parse(JSON.parse(new TextDecoder().decode(payload))).manifestKeys }
    }
    const alone = await ask()
    expect(await ask()).toEqual(alone)
    const { kid, file } = await newKey('manifest.next.jwk')
    const both = await ask()
    expect(both.sequence).toBe(alone.sequence + 1)
    expect(both.keys?.map((k) => k.kid)).toEqual([alone.keys![0]!.kid, kid])
    await rm(file)
    expect(await ask()).toEqual({ sequence: both.sequence + 1, keys: alone.keys })
    await close()
    await scratch.drop()
  })
})

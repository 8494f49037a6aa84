// What becomes of artifacts in a bucket when the server or the line fails: retries are bounded, errors say what to do,
// nothing half-stored is ever found under a digest.

import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { digestOf } from '#platform/artifact-store.ts'
import type { Artifacts } from '#platform/artifacts/artifacts.ts'
import { type Fault, S3Stub } from './s3-stub.ts'
import { type OpenStore, openOn } from './store-rig.ts'

const MIB = 1024 ** 2
const ERROR_500: Fault = { is: 'error', status: 500, code: 'InternalError' }
const SLOW_DOWN: Fault = { is: 'error', status: 503, code: 'SlowDown' }

let stub: S3Stub
let opened: OpenStore
let store: Artifacts
beforeAll(async () => {
  stub = await S3Stub.start()
})
beforeEach(async () => {
  opened = await openOn(stub.settings)
  store = opened.store
  stub.heal()
  stub.objects.clear()
  stub.uploads.clear()
  return () => opened[Symbol.asyncDispose]()
})
afterAll(() => stub[Symbol.asyncDispose]())

const count = (method: string) => stub.requests.filter((line) => line.startsWith(method)).length
const large = () => {
  const bytes = randomBytes(18 * MIB)
  return { bytes, ref: { digest: digestOf(bytes), sizeBytes: bytes.length } }
}

describe('a bad moment', () => {
  test.each<[string, Fault]>([
    ['500', ERROR_500],
    ['503 SlowDown', SLOW_DOWN],
    ['a connection reset', { is: 'reset' }],
    ['an answer that never comes', { is: 'silent', forMs: 3_000 }],
    ['an answer that is lost', { is: 'lost-answer' }],
  ])('of storing passes: %s', async (_, fault) => {
    stub.fail('PUT', fault, 2)
    const bytes = randomBytes(1_000)
    const ref = await store.putBytes(bytes)
    expect(count('PUT')).toBe(3)
    expect(await store.isIntact(ref)).toBe(true)
  })

  test.each<[string, Fault]>([
    ['500', ERROR_500],
    ['a connection reset', { is: 'reset' }],
    ['a body that breaks off', { is: 'reset-body', afterBytes: MIB }],
  ])('of reading passes: %s', async (_, fault) => {
    const bytes = randomBytes(3 * MIB)
    const ref = await store.putBytes(bytes)
    stub.fail('GET', fault, 2)
    expect((await buffer(await store.open(ref))).equals(bytes)).toBe(true)
  })

  test('in the middle of a large upload passes, part by part', async () => {
    const { bytes, ref } = large()
    stub.fail('PUT', ERROR_500, 2)
    stub.fail('POST', { is: 'reset' }, 1)
    await store.put([bytes], { ...ref, sizeMaxBytes: bytes.length })
    expect(await store.isIntact(ref)).toBe(true)
    expect(stub.uploads.size).toBe(0)
  })

  test('that loses the answer to the completion finds the object complete', async () => {
    const { bytes, ref } = large()
    const staged = { id: 'lost', name: await store.parts.begin('lost') }
    const tag = await store.parts.write(staged, 1, bytes)
    stub.fail('POST', { is: 'lost-answer' })
    await store.parts.assemble(staged, [{ number: 1, sizeBytes: bytes.length, tag }], ref)
    expect(await store.isIntact(ref)).toBe(true)
  })
})

describe('a failure that stays', () => {
  test.each<[string, Fault]>([
    ['500', ERROR_500],
    ['a connection reset', { is: 'reset' }],
    ['silence', { is: 'silent', forMs: 3_000 }],
  ])('of storing is told after four tries: %s', async (_, fault) => {
    stub.fail('PUT', fault, 100)
    await expect(store.putBytes(randomBytes(1_000))).rejects.toMatchObject({
      name: 'ArtifactStoreFailed',
      code: 'unreachable',
      message: expect.stringMatching(/^Cannot store object ".*": bucket "fleet" at http:\/\/127/),
    })
    expect(count('PUT')).toBe(4)
    expect(stub.objects.size).toBe(0)
  })

  test('of a part gives the whole upload up', async () => {
    const { bytes, ref } = large()
    stub.fail('PUT', ERROR_500, 100)
    const attempt = store.put([bytes], { ...ref, sizeMaxBytes: bytes.length })
    await expect(attempt).rejects.toMatchObject({ name: 'ArtifactStoreFailed' })
    expect([stub.objects.size, stub.uploads.size]).toEqual([0, 0])
  })

  test('of a body that always breaks off is told, with how far it came', async () => {
    const ref = await store.putBytes(randomBytes(100_000))
    stub.fail('GET', { is: 'reset-body', afterBytes: 1_000 }, 100)
    await expect(buffer(await store.open(ref))).rejects.toMatchObject({
      name: 'ArtifactStoreFailed',
      message: expect.stringMatching(/broke off 4 times, last at byte [1-4]000 of 100000/),
    })
    expect(count('GET')).toBe(4)
  })

  test('of a copy leaves nothing under the digest', async () => {
    const { bytes, ref } = large()
    const staged = { id: 'copied', name: await store.parts.begin('copied') }
    const tag = await store.parts.write(staged, 1, bytes)
    stub.fail('PUT', ERROR_500, 4)
    const parts = [{ number: 1, sizeBytes: bytes.length, tag }]
    await expect(store.parts.assemble(staged, parts, ref)).rejects.toMatchObject({ code: 'unreachable' })
    expect(await store.size(ref.digest)).toBeUndefined()
    // The next try goes on where that one ended.
    await store.parts.assemble(staged, parts, ref)
    expect(await store.isIntact(ref)).toBe(true)
    expect(stub.objects.size).toBe(1)
  })
})

describe('a refusal', () => {
  test.each([
    ['the secret', { secretAccessKey: 'wrong' }, 'denied', 'SignatureDoesNotMatch'],
    ['the key', { accessKeyId: 'AKIAOTHER' }, 'denied', 'InvalidAccessKeyId'],
    ['the region', { region: 'us-east-1' }, 'refused', 'AuthorizationHeaderMalformed'],
    ['the bucket', { bucket: 'nowhere' }, 'no-bucket', 'NoSuchBucket'],
  ])('for %s is told at once and by name', async (_, wrong, code, serverCode) => {
    await using other = await openOn({ ...stub.settings, ...wrong })
    await expect(other.store.put([randomBytes(9 * MIB)], { sizeMaxBytes: 10 * MIB })).rejects.toMatchObject({
      name: 'ArtifactStoreFailed',
      code,
      serverCode,
      message: expect.stringContaining(serverCode),
    })
    expect(stub.requests.length).toBe(1)
    expect([stub.objects.size, stub.uploads.size]).toEqual([0, 0])
  })

  test('is not asked again', async () => {
    stub.fail('PUT', { is: 'error', status: 403, code: 'AccessDenied' })
    await expect(store.putBytes(randomBytes(10))).rejects.toMatchObject({ code: 'denied' })
    expect(count('PUT')).toBe(1)
  })
})

describe('a server that says one thing and sends another', () => {
  test('is not believed: other bytes, and more than there are', async () => {
    const bytes = randomBytes(2_000)
    const ref = await store.putBytes(bytes)
    stub.fail('GET', { is: 'other-bytes' }, 2)
    await expect(store.readVerified(ref.digest)).rejects.toMatchObject({ code: 'digest-mismatch' })
    expect(await store.isIntact(ref)).toBe(false)
    stub.fail('GET', { is: 'long-length', byBytes: 10 })
    await expect(store.open(ref)).rejects.toMatchObject({ code: 'size-mismatch' })
    stub.fail('GET', { is: 'long-length', byBytes: 10 })
    await expect(store.open(ref, { start: 5, end: 9 })).rejects.toMatchObject({ code: 'size-mismatch' })
  })

  test('of staged parts makes no artifact', async () => {
    const { bytes, ref } = large()
    const staged = { id: 'spoilt', name: await store.parts.begin('spoilt') }
    const tag = await store.parts.write(staged, 1, bytes)
    stub.fail('GET', { is: 'other-bytes' })
    const parts = [{ number: 1, sizeBytes: bytes.length, tag }]
    await expect(store.parts.assemble(staged, parts, ref)).rejects.toMatchObject({ code: 'digest-mismatch' })
    expect(await store.size(ref.digest)).toBeUndefined()
  })
})

describe('conditional put', () => {
  const bytes = Buffer.from('once')

  test('leaves what is there, and mends what is cut short', async () => {
    const ref = await store.putBytes(bytes)
    const before = [...stub.objects.values()][0]!.at
    await store.putBytes(bytes)
    expect([...stub.objects.values()][0]!.at).toBe(before)
    await opened.spoil(ref.digest, Buffer.from('on'))
    await store.putBytes(bytes)
    expect(await store.isIntact(ref)).toBe(true)
  })

  test('is asked for once where the server does not know it', async () => {
    stub.knowsConditions = false
    try {
      for (const text of ['a', 'b', 'c']) await store.putBytes(Buffer.from(text))
    } finally {
      stub.knowsConditions = true
    }
    expect([count('PUT'), stub.objects.size]).toEqual([4, 3])
  })
})

test('sweep() gives up uploads and staged objects that were left alone for two weeks', async () => {
  for (const id of ['old', 'new']) {
    await store.parts.begin(id)
    await opened.spoil(digestOf(id), Buffer.from(id))
  }
  const staged = (id: string) => [...stub.uploads.values()].find(({ key }) => key.endsWith(`uploads/${id}`))
  const longAgo = new Date(Date.now() - 15 * 24 * 3_600_000).toISOString()
  staged('old')!.begunAt = longAgo
  const prefix = staged('new')!.key.replace(/new$/, '')
  stub.objects.set(`${prefix}forgotten`, { bytes: Buffer.alloc(3), at: longAgo })
  stub.objects.set(`${prefix}recent`, { bytes: Buffer.alloc(3), at: new Date().toISOString() })
  await store.sweep()
  expect([staged('old'), staged('new') !== undefined]).toEqual([undefined, true])
  expect([...stub.objects.keys()].filter((key) => key.startsWith(prefix))).toEqual([`${prefix}recent`])
})

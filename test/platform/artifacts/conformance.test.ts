// What every artifact store promises, asked of each: a folder, the registry's S3 server, and a strict one of our own.

import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestOf } from '#platform/artifact-store.ts'
import type { Artifacts, UploadPart } from '#platform/artifacts/artifacts.ts'
import { type OpenStore, STORES } from './store-rig.ts'

const MIB = 1024 ** 2
const refOf = (bytes: Buffer) => ({ digest: digestOf(bytes), sizeBytes: bytes.length })

describe.each(STORES)('%s', (_, open) => {
  let opened: OpenStore
  let store: Artifacts
  beforeAll(async () => {
    opened = await open()
    store = opened.store
  })
  afterAll(() => opened[Symbol.asyncDispose]())

  const stored = async () => {
    const digests: string[] = []
    for await (const { digest } of store.entries()) digests.push(digest)
    return digests.sort()
  }
  const fresh = (text: string) => Buffer.from(`${text} ${randomBytes(8).toString('hex')}`)

  test('keeps bytes under their SHA-256, whatever the chunks, once and again', async () => {
    const bytes = fresh('hello')
    const ref = refOf(bytes)
    expect(await store.size(ref.digest)).toBeUndefined()
    expect(await store.putBytes(bytes)).toEqual(ref)
    const chunks = [bytes.subarray(0, 3), Buffer.alloc(0), bytes.subarray(3)]
    expect(await store.put(chunks, { sizeMaxBytes: bytes.length })).toEqual(ref)
    expect(await store.size(ref.digest)).toBe(bytes.length)
    expect([await store.has(ref), await store.has({ ...ref, sizeBytes: 1 })]).toEqual([true, false])
    expect((await store.readVerified(ref.digest)).equals(bytes)).toBe(true)
    expect(await opened.reopen().isIntact(ref)).toBe(true)
    expect(await stored()).toContain(ref.digest)
  })

  test('keeps the empty file', async () => {
    const ref = await store.putBytes(Buffer.alloc(0))
    expect((await store.readVerified(ref.digest)).length).toBe(0)
    expect((await buffer(await store.open(ref))).length).toBe(0)
    expect(await store.isIntact(ref)).toBe(true)
  })

  test('keeps more than goes into one request', async () => {
    const bytes = randomBytes(20 * MIB + 17)
    const chunks = Array.from({ length: 21 }, (_, i) => bytes.subarray(i * MIB, (i + 1) * MIB))
    const ref = refOf(bytes)
    expect(await store.put(chunks, { ...ref, sizeMaxBytes: 32 * MIB })).toEqual(ref)
    expect(await store.isIntact(ref)).toBe(true)
    const range = { start: 8 * MIB - 3, end: 16 * MIB + 2 }
    expect(
      (await buffer(await store.open(ref, range))).equals(bytes.subarray(range.start, range.end + 1)),
    ).toBe(true)
    expect((await buffer(await store.open(ref))).equals(bytes)).toBe(true)
    await store.remove(ref.digest)
  })

  test.each<[string, string, object]>([
    ['another digest', 'digest-mismatch', { digest: digestOf('other'), sizeMaxBytes: 100 }],
    ['another size', 'size-mismatch', { sizeBytes: 4, sizeMaxBytes: 100 }],
    ['more than the cap', 'too-large', { sizeMaxBytes: 4 }],
  ])('refuses %s and keeps nothing', async (_, code, expected) => {
    const before = await stored()
    const bytes = fresh('refused')
    const attempt = store.put([bytes], expected as { sizeMaxBytes: number })
    await expect(attempt).rejects.toMatchObject({ name: 'ArtifactRefused', code })
    expect(await stored()).toEqual(before)
  })

  test('refuses large bytes of another digest and keeps nothing, also not the parts', async () => {
    const before = await stored()
    const chunks = Array.from({ length: 9 }, () => Buffer.alloc(MIB, 'x'))
    const expected = { digest: digestOf('other'), sizeMaxBytes: 32 * MIB }
    await expect(store.put(chunks, expected)).rejects.toMatchObject({ code: 'digest-mismatch' })
    expect(await stored()).toEqual(before)
    expect(await store.size(expected.digest)).toBeUndefined()
  })

  test('of a source that breaks off keeps nothing', async () => {
    const before = await stored()
    async function* broken() {
      for (let i = 0; i < 10; i++) yield Buffer.alloc(MIB)
      throw new Error('connection lost')
    }
    await expect(store.put(broken(), { sizeMaxBytes: 32 * MIB })).rejects.toThrow('connection lost')
    expect(await stored()).toEqual(before)
  })

  test('of the same bytes ten times at once keeps them once', async () => {
    const bytes = Buffer.alloc(100_000, randomBytes(1))
    await Promise.all(Array.from({ length: 10 }, () => store.putBytes(bytes)))
    expect(await store.isIntact(refOf(bytes))).toBe(true)
  })

  test.each([
    [0, 0],
    [2, 4],
    [9, 9],
    [5, 1_000],
  ])('gives the range from %i to %i and nothing else', async (start, end) => {
    const bytes = Buffer.from('0123456789')
    const ref = await store.putBytes(bytes)
    expect((await buffer(await store.open(ref, { start, end }))).toString()).toBe(
      bytes.subarray(start, end + 1).toString(),
    )
  })

  test('tells what is missing or of another size before the first byte', async () => {
    const ref = await store.putBytes(fresh('here'))
    const gone = { digest: digestOf(fresh('gone')), sizeBytes: 4 }
    await expect(store.open(gone)).rejects.toMatchObject({ code: 'missing' })
    await expect(store.open({ ...gone, sizeBytes: 0 })).rejects.toMatchObject({
      code: expect.stringMatching(/missing|size-mismatch/),
    })
    await expect(store.open({ ...ref, sizeBytes: 4 })).rejects.toMatchObject({ code: 'size-mismatch' })
    await expect(store.withFile(gone.digest, async () => 1)).rejects.toMatchObject({ code: 'missing' })
    expect(await store.isIntact(gone)).toBe(false)
    await store.remove(gone.digest)
  })

  test('refuses bytes that were changed behind its back, and mends what was cut short', async () => {
    const bytes = fresh('original')
    const ref = await store.putBytes(bytes)
    await opened.spoil(ref.digest, Buffer.alloc(bytes.length, '?'))
    await expect(store.readVerified(ref.digest)).rejects.toMatchObject({ code: 'digest-mismatch' })
    await expect(store.withFile(ref.digest, async () => 1)).rejects.toMatchObject({ code: 'digest-mismatch' })
    expect(await store.isIntact(ref)).toBe(false)
    await opened.spoil(ref.digest, bytes.subarray(1))
    await store.putBytes(bytes)
    expect(await store.isIntact(ref)).toBe(true)
  })

  test('gives a program a file of the bytes', async () => {
    const bytes = fresh('file')
    const { digest } = await store.putBytes(bytes)
    expect((await store.withFile(digest, (file) => readFile(file))).equals(bytes)).toBe(true)
  })

  test('lets a reader go in the middle and serves the next', async () => {
    const bytes = randomBytes(4 * MIB)
    const ref = await store.putBytes(bytes)
    for (let i = 0; i < 80; i++) {
      const stream = await store.open(ref)
      if (i % 2) for await (const _ of stream) break
      stream.destroy()
    }
    expect(await store.isIntact(ref)).toBe(true)
  })

  test('removes one and no other', async () => {
    const [a, b] = [await store.putBytes(fresh('a')), await store.putBytes(fresh('b'))]
    await store.remove(a.digest)
    await store.remove(a.digest)
    expect([await store.size(a.digest), await store.size(b.digest)]).toEqual([undefined, b.sizeBytes])
  })

  test('goes on with a download where it broke off, also after a restart', async () => {
    const bytes = fresh('resumed')
    const ref = refOf(bytes)
    const broken = store.resume(ref, async (partial) => {
      await partial.append(bytes.subarray(0, 5))
      throw new Error('connection lost')
    })
    await expect(broken).rejects.toThrow('connection lost')
    const again = opened.reopen()
    expect(await again.partialBytes(ref.digest)).toBe(5)
    expect(await again.has(ref)).toBe(false)
    await again.resume(ref, async (partial) => partial.append(bytes.subarray(partial.sizeBytes)))
    expect(await store.isIntact(ref)).toBe(true)
    expect(await again.partialBytes(ref.digest)).toBe(0)
  })

  test.each(['', '../../etc/passwd', 'sha256:..', `sha256:${'g'.repeat(64)}`])(
    '%j names nothing',
    async (name) => {
      await expect((async () => store.size(name))()).rejects.toThrow('64 lower-case hex digits')
    },
  )

  describe('an upload in parts', () => {
    const bytes = randomBytes(13 * MIB)
    const ref = refOf(bytes)
    const pieces = [bytes.subarray(0, 6 * MIB), bytes.subarray(6 * MIB, 12 * MIB), bytes.subarray(12 * MIB)]

    async function upload(of: Artifacts, id: string, parts: readonly Buffer[]) {
      const staged = { id, name: await of.parts.begin(id) }
      const written: UploadPart[] = []
      // Numbers rise and may leave some out.
      for (const [i, part] of parts.entries()) {
        const number = 2 * i + 1
        const tag = await opened.reopen().parts.write(staged, number, part)
        written.push({ number, sizeBytes: part.length, tag })
      }
      return { staged, written }
    }

    test('becomes the artifact, by whichever process, once and again', async () => {
      const { staged, written } = await upload(store, randomBytes(8).toString('hex'), pieces)
      expect(await store.has(ref)).toBe(false)
      await opened.reopen().parts.assemble(staged, written, ref)
      expect(await store.isIntact(ref)).toBe(true)
      await store.parts.assemble(staged, written, ref)
      await store.remove(ref.digest)
    })

    test('of other bytes is refused, and nothing is under its digest', async () => {
      const { staged, written } = await upload(store, randomBytes(8).toString('hex'), [
        pieces[1]!,
        pieces[0]!,
        pieces[2]!,
      ])
      await expect(store.parts.assemble(staged, written, ref)).rejects.toMatchObject({
        code: 'digest-mismatch',
      })
      await store.parts.discard(staged)
      expect(await store.size(ref.digest)).toBeUndefined()
    })

    test('that was discarded is lost', async () => {
      const { staged, written } = await upload(store, randomBytes(8).toString('hex'), pieces)
      await store.parts.discard(staged)
      await store.parts.discard(staged)
      if (!opened.forgetsParts) return
      await expect(store.parts.assemble(staged, written, ref)).rejects.toMatchObject({
        name: 'ArtifactRefused',
      })
      expect(await store.size(ref.digest)).toBeUndefined()
    })
  })

  test('sweep() takes no artifact and nothing that is under way', async () => {
    const before = await stored()
    const id = randomBytes(8).toString('hex')
    const staged = { id, name: await store.parts.begin(id) }
    const bytes = fresh('only part')
    const tag = await store.parts.write(staged, 1, bytes)
    await store.sweep()
    expect(await stored()).toEqual(before)
    await store.parts.assemble(staged, [{ number: 1, sizeBytes: bytes.length, tag }], refOf(bytes))
    expect(await store.isIntact(refOf(bytes))).toBe(true)
  })
})

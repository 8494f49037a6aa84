// What is found under a digest is whole, whatever happened while it was stored.

import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ArtifactStore, digestOf } from '#platform/artifact-store.ts'

const HELLO = 'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'

let root: string
let store: ArtifactStore
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tandem-artifacts-'))
  store = new ArtifactStore(root)
})
afterEach(() => rm(root, { recursive: true }))

const unfinished = () => readdir(path.join(root, 'tmp'))
async function stored(): Promise<string[]> {
  const digests: string[] = []
  for await (const digest of store.digests()) digests.push(digest)
  return digests
}
const bytes = (value: string) => Buffer.from(value)

describe('put()', () => {
  test('names bytes by their SHA-256, whatever the chunks', async () => {
    const ref = { digest: HELLO, sizeBytes: 5 }
    expect(await store.putBytes(bytes('hello'))).toEqual(ref)
    expect(await store.put([bytes('he'), bytes(''), bytes('llo')], { sizeMaxBytes: 5 })).toEqual(ref)
    expect(await store.has(ref)).toBe(true)
    expect(await store.has({ ...ref, sizeBytes: 6 })).toBe(false)
    expect((await store.readVerified(HELLO)).toString()).toBe('hello')
    expect(await stored()).toEqual([HELLO])
    expect(await unfinished()).toEqual([])
  })

  test.each<[string, string, object]>([
    ['another digest', 'digest-mismatch', { digest: digestOf('other'), sizeMaxBytes: 100 }],
    ['another size', 'size-mismatch', { sizeBytes: 4, sizeMaxBytes: 100 }],
    ['more than the cap', 'too-large', { sizeMaxBytes: 4 }],
  ])('refuses %s and leaves nothing', async (_, code, expected) => {
    const attempt = store.put([bytes('hel'), bytes('lo')], expected as { sizeMaxBytes: number })
    await expect(attempt).rejects.toMatchObject({ name: 'ArtifactRefused', code })
    expect(await stored()).toEqual([])
    expect(await unfinished()).toEqual([])
  })

  test('reads no further than the cap, and lets the source go', async () => {
    let [given, isLetGo] = [0, false]
    async function* endless() {
      try {
        for (;;) {
          given++
          yield Buffer.alloc(1_000)
        }
      } finally {
        isLetGo = true
      }
    }
    await expect(store.put(endless(), { sizeMaxBytes: 2_500 })).rejects.toMatchObject({ code: 'too-large' })
    expect([given, isLetGo]).toEqual([3, true])
  })

  test('of a source that breaks off leaves nothing', async () => {
    async function* broken() {
      yield bytes('hel')
      throw new Error('connection lost')
    }
    await expect(store.put(broken(), { sizeMaxBytes: 100 })).rejects.toThrow('connection lost')
    expect(await stored()).toEqual([])
    expect(await unfinished()).toEqual([])
  })

  test('of the same bytes twenty times at once keeps one file', async () => {
    const big = Buffer.alloc(100_000, 'x')
    const refs = await Promise.all(Array.from({ length: 20 }, () => store.putBytes(big)))
    expect(new Set(refs.map((ref) => ref.digest)).size).toBe(1)
    expect(await stored()).toEqual([digestOf(big)])
    expect((await store.readVerified(digestOf(big))).equals(big)).toBe(true)
    expect(await unfinished()).toEqual([])
  })

  test('mends a file that was cut short on disk', async () => {
    await store.putBytes(bytes('hello'))
    await writeFile(store.path(HELLO), 'hel')
    expect(await store.has({ digest: HELLO, sizeBytes: 5 })).toBe(false)
    await store.putBytes(bytes('hello'))
    expect(await store.has({ digest: HELLO, sizeBytes: 5 })).toBe(true)
  })

  test.skipIf(process.getuid?.() === 0)('into a folder that cannot be written says so', async () => {
    await chmod(root, 0o500)
    await expect(store.putBytes(bytes('hello'))).rejects.toMatchObject({ code: 'EACCES' })
    await chmod(root, 0o700)
  })
})

describe('reading', () => {
  test('a range gives just that part', async () => {
    await store.putBytes(bytes('0123456789'))
    const digest = digestOf('0123456789')
    expect(await text(store.stream(digest, { start: 2, end: 4 }))).toBe('234')
    expect(await text(store.stream(digest))).toBe('0123456789')
  })

  test('readVerified() refuses bytes that changed on disk', async () => {
    await store.putBytes(bytes('hello'))
    await writeFile(store.path(HELLO), 'jello')
    await expect(store.readVerified(HELLO)).rejects.toMatchObject({ code: 'digest-mismatch' })
  })

  test('what is missing has no size and lists nothing', async () => {
    expect(await store.size(HELLO)).toBeUndefined()
    expect(await store.has({ digest: HELLO, sizeBytes: 5 })).toBe(false)
    expect(await stored()).toEqual([])
    await store.remove(HELLO)
  })

  test.each(['', '../../etc/passwd', 'sha256:..', `sha256:${'g'.repeat(64)}`, `${HELLO}/..`, `${HELLO}\n`])(
    '%j never becomes a path',
    (name) => {
      expect(() => store.path(name)).toThrow('expected \\"sha256:\\" and 64 lower-case hex digits')
    },
  )
})

test('sweep() removes what a crashed run left unfinished, and no artifact', async () => {
  await store.putBytes(bytes('hello'))
  await writeFile(path.join(root, 'tmp', 'half'), 'hel')
  await store.sweep()
  expect(await readdir(root)).toEqual(['sha256'])
  await store.sweep()
  expect(await stored()).toEqual([HELLO])
  await store.putBytes(bytes('again'))
})

test('remove() takes one artifact away', async () => {
  await store.putBytes(bytes('hello'))
  await store.putBytes(bytes('again'))
  await store.remove(HELLO)
  expect(await stored()).toEqual([digestOf('again')])
})

// Bytes on their way, kept between attempts and between lives: never believed before the whole has its digest.

import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ArtifactStore, digestOf } from '#platform/artifact-store.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'

const BYTES = Buffer.from('0123456789')
const REF = { digest: digestOf(BYTES), sizeBytes: BYTES.length }

let folder: TempFolder
let store: ArtifactStore
let partial: string
beforeEach(async () => {
  folder = await tempFolder('partial')
  store = new ArtifactStore(folder.path)
  partial = path.join(folder.path, 'partial', REF.digest.slice('sha256:'.length))
  await mkdir(path.dirname(partial), { recursive: true })
})
afterEach(() => folder[Symbol.asyncDispose]())

const fillFrom = (start: number[]) =>
  store.resume(REF, async (kept) => {
    start.push(kept.sizeBytes)
    await kept.append(BYTES.subarray(kept.sizeBytes))
  })

test('goes on behind what another life left', async () => {
  await writeFile(partial, BYTES.subarray(0, 4))
  const start: number[] = []
  await fillFrom(start)
  expect(start).toEqual([4])
  expect((await readFile(store.path(REF.digest))).equals(BYTES)).toBe(true)
  expect(await readdir(path.dirname(partial))).toEqual([])
})

test('that holds other bytes than it should is found out at the end', async () => {
  await writeFile(partial, 'oops')
  await expect(fillFrom([])).rejects.toMatchObject({ code: 'digest-mismatch' })
  expect(await store.has(REF)).toBe(false)
})

test('that is longer than the whole is thrown away', async () => {
  await writeFile(partial, `${BYTES}and more`)
  const start: number[] = []
  await fillFrom(start)
  expect(start).toEqual([0])
})

test('refuses the byte that is one too many and keeps those before it', async () => {
  const attempt = store.resume(REF, async (kept) => {
    await kept.append(BYTES)
    await kept.append(Buffer.from('!'))
  })
  await expect(attempt).rejects.toMatchObject({ code: 'too-large' })
  expect(await readFile(partial)).toEqual(BYTES)
})

test('is swept once nobody has gone on with it for a week', async () => {
  const fresh = path.join(path.dirname(partial), 'f'.repeat(64))
  for (const file of [partial, fresh]) await writeFile(file, 'half')
  const old = new Date(Date.now() - 8 * 24 * 3_600_000)
  await utimes(partial, old, old)
  await store.sweep()
  expect(await readdir(path.dirname(partial))).toEqual([path.basename(fresh)])
})

test('goes with everything else that is not wanted', async () => {
  await writeFile(partial, 'half')
  await store.removePartials(new Set([REF.digest]))
  expect(await store.partialBytes(REF.digest)).toBe(4)
  await store.removePartials()
  expect(await store.partialBytes(REF.digest)).toBe(0)
})

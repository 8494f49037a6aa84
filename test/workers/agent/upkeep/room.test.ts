// Room in memory and on disk: what has to go so that a deployment fits, and when nothing helps.

import { utimes } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ArtifactStore } from '#platform/artifact-store.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { DISK_SPARE_BYTES, keepImagesWithin, lackBytes, makeRoom } from '#workers/agent/upkeep/disk-room.ts'
import { availableMemoryBytes, generationBytes, stopFirst } from '#workers/agent/upkeep/memory-room.ts'
import { readDeviceConfig } from '#workers/config.ts'
import { deployment } from '../samples.ts'

const MB = 1024 ** 2

describe('stopFirst()', () => {
  const running = [
    { id: 'serving', bytes: 300 * MB },
    { id: 'previous', bytes: 200 * MB },
  ]
  test.each<[string, number, 1 | 2, string[]]>([
    ['nothing where there is room for one more', 332 * MB, 2, []],
    ['the one that does not serve where that is enough', 331 * MB, 2, ['previous']],
    ['the serving one too where it is not', 100 * MB, 2, ['previous', 'serving']],
    ['all where the memory does not help at all: it is tried', 0, 2, ['previous', 'serving']],
    ['all where the settings say one', 10_000 * MB, 1, ['serving', 'previous']],
  ])('%s', (_, availableBytes, generationsMax, ids) => {
    expect(stopFirst({ running, neededBytes: 300 * MB, availableBytes, generationsMax })).toEqual(ids)
  })
})

test('generationBytes() grows with the model, and with what was measured', () => {
  const one = deployment(1)
  const large = { ...one, local: { ...one.local, file: { ...one.local.file, sizeBytes: 100 * MB } } }
  expect(generationBytes(large, 'local') - generationBytes(one, 'local')).toBeGreaterThan(250 * MB)
  expect(generationBytes(large, 'edge')).toBe(generationBytes(one, 'edge'))
  expect(generationBytes(large, 'local', 900 * MB)).toBeGreaterThan(900 * MB)
})

test('availableMemoryBytes() knows this machine', async () => {
  expect(await availableMemoryBytes()).toBeGreaterThan(10 * MB)
})

describe('lackBytes()', () => {
  const disk = { freeBytes: 1_000 * MB, usedBytes: 300 * MB, budgetBytes: 500 * MB }
  test.each([
    ['nothing where nothing is needed, however full', 0, { ...disk, freeBytes: 0 }, 0],
    ['nothing up to the budget', 200 * MB, disk, 0],
    ['a byte above the budget', 200 * MB + 1, disk, 1],
    [
      'what the disk lacks, with its spare',
      100 * MB,
      { ...disk, freeBytes: 90 * MB },
      10 * MB + DISK_SPARE_BYTES,
    ],
  ])('is %s', (_, needed, now, lack) => {
    expect(lackBytes(needed, now)).toBe(lack)
  })
})

describe('makeRoom()', () => {
  let home: TempFolder
  let store: ArtifactStore
  let images: ArtifactStore
  beforeEach(async () => {
    home = await tempFolder('room')
    store = new ArtifactStore(path.join(home.path, 'artifacts'))
    images = new ArtifactStore(path.join(home.path, 'images'))
  })
  afterEach(() => home[Symbol.asyncDispose]())

  /** 1,000 bytes, as old as its letter. */
  async function put(into: ArtifactStore, letter: string) {
    const { digest } = await into.putBytes(Buffer.alloc(1_000, letter))
    const at = new Date(2026, 0, letter.charCodeAt(0))
    await utimes(into.path(digest), at, at)
    return digest
  }
  const left = async (of: ArtifactStore) => {
    const digests: string[] = []
    for await (const digest of of.digests()) digests.push(digest)
    return digests.sort()
  }
  const missing = [{ digest: `sha256:${'0'.repeat(64)}`, sizeBytes: 1_500 }]

  test('touches nothing where there is room', async () => {
    const [garbage, image] = [await put(store, 'a'), await put(images, 'b')]
    await makeRoom(missing, new Set(), { store, images, budgetBytes: 3_500 })
    expect([await left(store), await left(images)]).toEqual([[garbage], [image]])
  })

  test('lets garbage go first, then images, the oldest first', async () => {
    const [kept, , b, a, c] = [
      await put(store, 'k'),
      await put(store, 'g'),
      await put(images, 'b'),
      await put(images, 'a'),
      await put(images, 'c'),
    ]
    await makeRoom(missing, new Set([kept]), { store, images, budgetBytes: 5_500 })
    expect([await left(store), await left(images)]).toEqual([[kept], [a, b, c].sort()])
    await makeRoom(missing, new Set([kept]), { store, images, budgetBytes: 4_500 })
    expect(await left(images)).toEqual([b, c].sort())
  })

  test('refuses with what is needed and what is free, and keeps what must be kept', async () => {
    const kept = await put(store, 'k')
    const attempt = makeRoom(missing, new Set([kept]), { store, images, budgetBytes: 2_000 })
    await expect(attempt).rejects.toMatchObject({ name: 'NoRoom', neededBytes: 1_500, freeBytes: 1_000 })
    await expect(attempt).rejects.toThrow('needs 1500 bytes on disk, 1000 bytes are free')
    expect(await left(store)).toEqual([kept])
  })

  test('counts what has come already of a download', async () => {
    const stop = store.resume(missing[0]!, async (partial) => {
      await partial.append(Buffer.alloc(1_000))
      throw new Error('the line broke')
    })
    await expect(stop).rejects.toThrow('the line broke')
    await makeRoom(missing, new Set([missing[0]!.digest]), { store, images, budgetBytes: 500 })
  })

  test('images are kept within the budget after a measurement', async () => {
    const [a, b] = [await put(images, 'a'), await put(images, 'b')]
    await put(store, 'k')
    await keepImagesWithin({ store, images, budgetBytes: 3_000 })
    expect(await left(images)).toEqual([a, b].sort())
    await keepImagesWithin({ store, images, budgetBytes: 2_999 })
    expect(await left(images)).toEqual([b])
  })
})

describe('settings', () => {
  test('are 4 GiB and two generations where nothing is said', () => {
    expect(readDeviceConfig('local', {}).limits).toEqual({
      diskBudgetBytes: 4 * 1024 ** 3,
      generationsMax: 2,
    })
  })
  test('say otherwise', () => {
    const env = { TANDEM_DISK_BUDGET_MB: '100', TANDEM_GENERATIONS: '1' }
    expect(readDeviceConfig('local', env).limits).toEqual({ diskBudgetBytes: 100 * MB, generationsMax: 1 })
  })
  test.each([
    ['TANDEM_DISK_BUDGET_MB', '-1'],
    ['TANDEM_GENERATIONS', '3'],
  ])('%s=%s is refused by name', (name, value) => {
    expect(() => readDeviceConfig('local', { [name]: value })).toThrow(name)
  })
})

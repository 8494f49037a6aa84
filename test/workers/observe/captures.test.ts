// Hard images on a device: within the quota and the room on its disk, the oldest going first, the same image once, and
// whole again after a crash. The control plane is a stand-in that breaks off at will; the real one is in
// observed.test.ts and test/admin/observe.

import { randomBytes } from 'node:crypto'
import { readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CaptureAnswer, CaptureBatch } from '#contract/observe/capture.ts'
import { digestOf } from '#platform/artifact-store.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { ControlError } from '#workers/agent/control-client.ts'
import { makeRoom } from '#workers/agent/upkeep/disk-room.ts'
import { type CaptureAbout, Captures } from '#workers/observe/captures/captures.ts'
import { uploadSome } from '#workers/observe/captures/upload-captures.ts'

let home: TempFolder
let roomBytes: number
beforeEach(async () => {
  home = await tempFolder('captures')
  roomBytes = 1_000_000
})
afterEach(() => home[Symbol.asyncDispose]())

const open = () => Captures.open({ home: home.path, roomBytes: async () => roomBytes })
let ticks = 0
const about = (): CaptureAbout => ({
  at: new Date(1_700_000_000_000 + ++ticks * 1_000).toISOString(),
  deploymentId: 'dep-1',
  of: 1,
  reason: 'offloaded',
  score: 0.7,
  threshold: 0.5,
})
const image = () => randomBytes(1_000)
const digestsOf = (captures: Captures) => captures.waiting(100).map(({ digest }) => digest)

async function keepAll(captures: Captures, images: readonly Buffer[], quotaBytes = 100_000): Promise<void> {
  for (const bytes of images) await captures.keep(bytes, about(), quotaBytes)
}

describe('Captures', () => {
  test('keeps the newest within the quota, and each image once', async () => {
    const captures = await open()
    const images = Array.from({ length: 6 }, image)
    await keepAll(captures, [...images, images[5]!], 4_000)
    expect(digestsOf(captures)).toEqual(images.slice(2).map((bytes) => digestOf(bytes)))
    expect(captures.sizeBytes).toBe(4_000)
  })

  test('keeps nothing that is larger than the quota, and lets nothing go for it', async () => {
    const captures = await open()
    await keepAll(captures, [image()], 2_000)
    await captures.keep(randomBytes(3_000), about(), 2_000)
    expect(digestsOf(captures)).toHaveLength(1)
  })

  test('makes room out of its own where the disk has none, and leaves it where that is not enough', async () => {
    const captures = await open()
    const images = Array.from({ length: 3 }, image)
    await keepAll(captures, images)
    roomBytes = -500
    const next = image()
    await captures.keep(next, about(), 100_000)
    expect(digestsOf(captures)).toEqual([digestOf(images[2]!), digestOf(next)])
    roomBytes = -5_000
    await captures.keep(image(), about(), 100_000)
    expect(digestsOf(captures)).toEqual([digestOf(images[2]!), digestOf(next)])
  })

  test('gives its room to a deployment that needs it', async () => {
    const captures = await open()
    await keepAll(captures, [image(), image(), image()])
    const ref = { digest: digestOf('a model'), sizeBytes: 5_000 }
    // No artifacts are stored beside: what is left of the budget is what captures leave.
    const { store } = await Captures.open({ home: path.join(home.path, 'other'), roomBytes: async () => 0 })
    await makeRoom([ref], new Set(), { store, images: undefined, captures, budgetBytes: 6_500 })
    expect(captures.sizeBytes).toBe(1_000)
  })

  test('is whole again after a crash: an image without its decision goes, and so does a row without its image', async () => {
    const before = await open()
    const [kept, rowless, gone] = [image(), image(), image()]
    await keepAll(before, [kept, rowless, gone])
    const rows = path.join(home.path, 'captures', 'rows')
    const rowOf = (bytes: Buffer) => path.join(rows, `${digestOf(bytes).slice(7)}.json`)
    await rm(rowOf(rowless))
    await rm(before.store.path(digestOf(gone)))
    await writeFile(path.join(rows, 'torn.json'), '{"record":')
    const after = await open()
    expect(digestsOf(after)).toEqual([digestOf(kept)])
    expect(await after.store.size(digestOf(rowless))).toBeUndefined()
    expect(await readdir(rows)).toEqual([path.basename(rowOf(kept))])
  })
})

/** Takes at most so many bytes a call, then the line breaks. */
function plane(bytesPerCall: number) {
  const received = new Map<string, Buffer>()
  const sizes = new Map<string, number>()
  const froms: number[] = []
  return {
    received,
    froms,
    async offerCaptures({ captures }: CaptureBatch): Promise<CaptureAnswer> {
      return {
        captures: captures.map(({ digest, sizeBytes }) => {
          sizes.set(digest, sizeBytes)
          const from = received.get(digest)?.length ?? 0
          return { digest, state: from === sizeBytes ? 'stored' : 'wanted', from }
        }),
      }
    },
    async sendCapture({ digest, from }: { digest: string; from: number }, bytes: Uint8Array): Promise<void> {
      froms.push(from)
      const had = received.get(digest) ?? Buffer.alloc(0)
      received.set(digest, Buffer.concat([had.subarray(0, from), bytes.subarray(0, bytesPerCall)]))
      if (bytes.length > bytesPerCall) throw new ControlError('unreachable', 'the line broke')
    },
  }
}

describe('uploadSome()', () => {
  const signal = new AbortController().signal

  test('goes on where the line broke, and hands in each image once', async () => {
    const captures = await open()
    const bytes = image()
    await keepAll(captures, [bytes])
    const control = plane(400)
    for (let i = 0; i < 2; i++)
      await expect(uploadSome(captures, control, signal)).rejects.toThrow('the line broke')
    expect(await uploadSome(captures, control, signal)).toBe(true)
    expect(control.froms).toEqual([0, 400, 800])
    expect(control.received.get(digestOf(bytes))?.equals(bytes)).toBe(true)
    expect(await uploadSome(captures, control, signal)).toBe(false)
  })

  test('does not hand in again what it sees again, also after a restart', async () => {
    const captures = await open()
    const bytes = image()
    await keepAll(captures, [bytes])
    await uploadSome(captures, plane(10_000), signal)
    const again = await open()
    await keepAll(again, [bytes])
    expect(again.waiting(10)).toEqual([])
  })

  test('hands in no more than the quota a day, however many come', async () => {
    let nowMs = 0
    const captures = await Captures.open({
      home: home.path,
      roomBytes: async () => roomBytes,
      nowMs: () => nowMs,
    })
    const control = plane(10_000)
    const seen = async () => {
      await keepAll(captures, [image()], 3_000)
      return uploadSome(captures, control, signal)
    }
    for (let i = 0; i < 3; i++) expect(await seen()).toBe(true)
    for (let i = 0; i < 3; i++) expect(await seen()).toBe(false)
    nowMs += 86_400_000
    expect(await seen()).toBe(true)
    // The three that waited took the place of those that were handed in.
    expect(control.received.size).toBe(6)
  })

  test('offers at once no more than is left of the day', async () => {
    const captures = await open()
    await keepAll(captures, Array.from({ length: 6 }, image), 10_000)
    await keepAll(captures, [image()], 6_500)
    expect(captures.waiting(10)).toHaveLength(6)
    await keepAll(captures, [image()], 3_500)
    await captures.handedIn(captures.waiting(10)[0]!.digest)
    expect(captures.waiting(10)).toHaveLength(2)
  })

  test('keeps what the control plane has no room for today, and asks again in an hour', async () => {
    let nowMs = 0
    const captures = await Captures.open({
      home: home.path,
      roomBytes: async () => roomBytes,
      nowMs: () => nowMs,
    })
    await keepAll(captures, [image(), image()])
    const control = plane(10_000)
    const full = {
      ...control,
      offerCaptures: async ({ captures }: CaptureBatch): Promise<CaptureAnswer> => ({
        captures: captures.map(({ digest }) => ({
          digest,
          state: 'refused' as const,
          from: 0,
          isOverQuota: true,
        })),
      }),
    }
    expect(await uploadSome(captures, full, signal)).toBe(true)
    expect(await uploadSome(captures, control, signal)).toBe(false)
    nowMs += 3_600_000
    expect(await uploadSome(captures, control, signal)).toBe(true)
    expect(control.received.size).toBe(2)
  })

  test('waits where the control plane is older than captures', async () => {
    const captures = await open()
    await keepAll(captures, [image()])
    const older = {
      ...plane(1),
      offerCaptures: async () => {
        throw new ControlError('refused', 'no such route', { status: 404 })
      },
    }
    expect(await uploadSome(captures, older, signal)).toBe(false)
    expect(captures.waiting(10)).toHaveLength(1)
  })
})

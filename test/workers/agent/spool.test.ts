// Decisions on their way: numbered once and for ever, in order, bounded, and whole again after any crash. A kill is a
// second spool on the same folder while the first was never told to stop; a power cut also takes what was not synced.

import { existsSync } from 'node:fs'
import { appendFile, mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DecisionRecord } from '#contract/decision.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { DecisionSpool } from '#workers/agent/spool/decision-spool.ts'

const decided = (label: number): Omit<DecisionRecord, 'sequence'> => ({
  at: '2026-01-01T00:00:00.000Z',
  deploymentId: 'dep-1',
  tier: 'local',
  label,
  score: 0.5,
  decision: { router: 'forest', version: 1, score: 0.1, threshold: 0.5, reason: 'routed' },
  totalMs: 3,
  energyJ: 0.01,
  byFallback: false,
})

let home: TempFolder
beforeEach(async () => {
  home = await tempFolder('spool')
})
afterEach(() => home[Symbol.asyncDispose]())

const open = () => DecisionSpool.open(home.path)
const folder = () => path.join(home.path, 'decisions')
const segments = async () => (await readdir(folder())).sort()
const newest = async () => path.join(folder(), (await segments()).at(-1)!)
const records = async (spool: DecisionSpool) => (await spool.batch())?.decisions ?? []
const sequences = async (spool: DecisionSpool) => (await records(spool)).map((record) => record.sequence)
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => first + i)
const addAll = (spool: DecisionSpool, labels: readonly number[]) => {
  for (const label of labels) spool.add(decided(label))
}

describe('DecisionSpool', () => {
  test('hands out what came first, numbered from 1', async () => {
    const spool = await open()
    addAll(spool, [7, 8, 9])
    const batch = await records(spool)
    expect(batch.map((record) => [record.sequence, record.label])).toEqual([
      [1, 7],
      [2, 8],
      [3, 9],
    ])
  })

  test('hands out at most one upload’s worth, the oldest', async () => {
    const spool = await open()
    addAll(
      spool,
      Array.from({ length: 1_200 }, (_, i) => i),
    )
    expect(await sequences(spool)).toEqual(upTo(1_000))
    await spool.acknowledge(1_000)
    expect(await sequences(spool)).toEqual(upTo(1_200, 1_001))
  })

  test('hands out the same again until it is acknowledged', async () => {
    const spool = await open()
    addAll(spool, [1, 2, 3])
    expect(await sequences(spool)).toEqual([1, 2, 3])
    expect(await sequences(spool)).toEqual([1, 2, 3])
    await spool.acknowledge(2)
    expect(await sequences(spool)).toEqual([3])
  })

  test('keeps what waits across a crash, and goes on counting', async () => {
    const crashed = await open()
    addAll(crashed, [1, 2])
    await crashed.sync()
    const spool = await open()
    spool.add(decided(3))
    expect((await records(spool)).map((r) => [r.sequence, r.label])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
  })

  test('loses nothing by a kill: what was added is with the system, synced or not', async () => {
    const killed = await open()
    addAll(killed, [1])
    await killed.sync()
    addAll(killed, [2, 3])
    expect(await sequences(await open())).toEqual([1, 2, 3])
  })

  test('loses by a power cut only what was never synced, wherever the cut goes through', async () => {
    const cut = await open()
    addAll(cut, [1, 2])
    await cut.sync()
    const file = await newest()
    const safe = await readFile(file)
    addAll(cut, [3, 4])
    const whole = await readFile(file)
    // Around every end of a line, and everywhere else in steps.
    const ends = [safe.length, safe.length + (whole.length - safe.length) / 2, whole.length]
    const sizes = upTo(whole.length, safe.length).filter(
      (size) => size % 11 === 0 || ends.some((end) => Math.abs(size - end) <= 2),
    )
    for (const size of sizes) {
      await writeFile(file, whole)
      await truncate(file, size)
      const kept = whole.subarray(safe.length, size).filter((byte) => byte === 0x0a).length
      const spool = await open()
      const next = spool.add(decided(9))!
      const left = await records(spool)
      // A line that lacks no more than its end is a whole record.
      expect([kept, kept + 1]).toContain(left.length - 3)
      expect(left.map((r) => [r.sequence, r.label])).toEqual([
        ...[1, 2, 3, 4].slice(0, left.length - 1).map((label) => [label, label]),
        [next, 9],
      ])
      for (const name of await segments())
        if (path.join(folder(), name) !== file) await rm(path.join(folder(), name))
    }
  })

  test('never gives a number twice, even when all were acknowledged before the restart', async () => {
    const first = await open()
    addAll(first, [1, 2, 3])
    await first.batch()
    await first.acknowledge(3)
    const spool = await open()
    expect(await sequences(spool)).toEqual([])
    spool.add(decided(4))
    expect(await sequences(spool)).toEqual([4])
  })

  test('keeps what comes while an acknowledgement is being written', async () => {
    const spool = await open()
    addAll(spool, [1, 2])
    await spool.batch()
    const acknowledged = spool.acknowledge(2)
    spool.add(decided(3))
    await acknowledged
    await spool.sync()
    expect(await sequences(await open())).toEqual([3])
  })

  test('keeps what is synced while an acknowledgement is being written', async () => {
    const spool = await open()
    addAll(spool, [1, 2])
    await spool.batch()
    const acknowledged = spool.acknowledge(1)
    spool.add(decided(3))
    await Promise.all([acknowledged, spool.sync()])
    expect(await sequences(spool)).toEqual([2, 3])
    // Files go as a whole: a restart may hand in again what the control plane knows already.
    expect(await sequences(await open())).toEqual([1, 2, 3])
  })

  test('hands out nothing that a crash could still lose: its number would be given again', async () => {
    const spool = await open()
    const batch = spool.batch()
    for (let label = 0; label < 50; label++) {
      spool.add(decided(label))
      await Promise.resolve()
    }
    const handedOut = (await batch)?.decisions.map((record) => record.sequence) ?? []
    expect(handedOut.length).toBeLessThan(50)
    expect(handedOut).toEqual(upTo(handedOut.length))
    // The others are in a segment of their own, which no upload takes before it is synced.
    expect(await sequences(spool)).toEqual(upTo(50))
  })

  test('counts on from a control plane that knows more than this device', async () => {
    const spool = await open()
    await spool.acknowledge(41)
    spool.add(decided(1))
    expect(await sequences(spool)).toEqual([42])
  })

  test('drops a line that a power cut left half-written', async () => {
    const crashed = await open()
    addAll(crashed, [1])
    await crashed.sync()
    await appendFile(await newest(), '{"sequence":2,"at":"2026-')
    expect(await sequences(await open())).toEqual([1])
  })

  test('writes nothing behind a half-written line, where it would be lost too', async () => {
    const crashed = await open()
    addAll(crashed, [1])
    await crashed.sync()
    await appendFile(await newest(), '{"sequence":2,"at":"2026-')
    const second = await open()
    second.add(decided(2))
    await second.sync()
    const third = await open()
    third.add(decided(3))
    expect((await records(third)).map((r) => [r.sequence, r.label])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
  })

  test('is bounded on disk: the oldest are dropped and counted', async () => {
    const spool = await open()
    for (let round = 0; round < 13; round++) {
      addAll(
        spool,
        Array.from({ length: 10_000 }, (_, i) => i),
      )
      await spool.sync()
    }
    expect(spool.dropped).toBe(30_000)
    expect(spool.waiting).toBe(100_000)
    expect((await sequences(spool))[0]).toBe(30_001)
    expect((await segments()).length).toBeLessThanOrEqual(101)
    const again = await open()
    expect((await sequences(again))[0]).toBe(30_001)
    expect(again.waiting).toBe(100_000)
  })

  test('keeps no file of what was acknowledged, and one by whose name to count on', async () => {
    const spool = await open()
    for (let round = 0; round < 20; round++) {
      addAll(spool, [1, 2, 3])
      expect(await sequences(spool)).toEqual(upTo(3 * round + 3, 3 * round + 1))
      await spool.acknowledge(3 * round + 3)
    }
    expect(await segments()).toHaveLength(1)
    expect((await open()).add(decided(1))).toBe(61)
  })

  test('waits in memory while the disk takes nothing, bounded, and answers go on', async () => {
    const spool = await open()
    addAll(spool, [1])
    await records(spool)
    await mkdir(path.join(folder(), '000000000002.jsonl'))
    addAll(spool, [2, 3])
    await expect(spool.sync()).rejects.toThrow('EISDIR')
    expect(await sequences(spool)).toEqual([1])
    await rm(path.join(folder(), '000000000002.jsonl'), { recursive: true })
    expect(await sequences(spool)).toEqual([1, 2, 3])
    expect(await sequences(await open())).toEqual([1, 2, 3])
  })

  test.skipIf(!existsSync('/dev/full'))(
    'loses nothing where a full disk takes the file and not its lines',
    async () => {
      const spool = await open()
      addAll(spool, [1])
      await records(spool)
      const full = path.join(folder(), '000000000002.jsonl')
      await symlink('/dev/full', full)
      addAll(spool, [2])
      const openFiles = async () => (await readdir('/proc/self/fd')).length
      await expect(spool.sync()).rejects.toThrow('ENOSPC')
      const before = await openFiles()
      for (let i = 0; i < 20; i++) await expect(spool.sync()).rejects.toThrow('ENOSPC')
      expect(await openFiles()).toBeLessThan(before + 10)
      await rm(full)
      addAll(spool, [3])
      await spool.sync()
      await spool.acknowledge(1)
      expect(await sequences(spool)).toEqual([2, 3])
      expect(await sequences(await open())).toEqual([2, 3])
    },
  )

  test('goes on with the one file of an older build, whatever it holds', async () => {
    const old = path.join(home.path, 'decisions.jsonl')
    const line = (sequence: number) => `${JSON.stringify({ ...decided(sequence), sequence })}\n`
    await writeFile(old, `{"acknowledged":40}\n${line(41)}${line(42)}`)
    const spool = await open()
    spool.add(decided(43))
    expect(await sequences(spool)).toEqual([41, 42, 43])
    await spool.acknowledge(43)
    await writeFile(old, '{"acknowledged":99}\n')
    expect((await open()).add(decided(1))).toBe(100)
  })

  test('keeps audits in the same sequence as decisions, and tells them apart', async () => {
    const spool = await open()
    const of = spool.add(decided(1))!
    const seen = { label: 1, score: 0.9 }
    const { at, deploymentId } = decided(1)
    spool.add({ kind: 'audit', at, deploymentId, of, local: seen, edge: { ...seen, label: 2 } })
    spool.add(decided(2))
    expect(await (await open()).batch()).toMatchObject({
      decisions: [{ sequence: 1 }, { sequence: 3 }],
      audits: [{ sequence: 2, of: 1, edge: { label: 2 } }],
    })
  })

  test('takes no record that the control plane would refuse: it would hold up all behind it', async () => {
    const spool = await open()
    spool.add({ ...decided(1), energyJ: -1 })
    spool.add(decided(2))
    expect(await sequences(spool)).toEqual([1])
    expect(spool.dropped).toBe(1)
  })
})

// Decisions on their way: numbered once and for ever, in order, bounded, and whole again after any crash. A
// crash is a second spool on the same folder while the first was never told to stop.

import { appendFile, mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DecisionRecord } from '#contract/decision.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { DecisionSpool } from '#workers/agent/spool.ts'

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
const file = () => path.join(home.path, 'decisions.jsonl')
const sequences = async (spool: DecisionSpool) => (await spool.batch()).map((record) => record.sequence)
const addAll = (spool: DecisionSpool, labels: readonly number[]) => {
  for (const label of labels) spool.add(decided(label))
}

describe('DecisionSpool', () => {
  test('hands out what came first, numbered from 1', async () => {
    const spool = await open()
    addAll(spool, [7, 8, 9])
    const batch = await spool.batch()
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
      Array.from({ length: 700 }, (_, i) => i),
    )
    expect(await sequences(spool)).toEqual(Array.from({ length: 500 }, (_, i) => i + 1))
    await spool.acknowledge(500)
    expect(await sequences(spool)).toEqual(Array.from({ length: 200 }, (_, i) => i + 501))
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
    expect((await spool.batch()).map((r) => [r.sequence, r.label])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
  })

  test('loses by a crash only what was never synced', async () => {
    const crashed = await open()
    addAll(crashed, [1])
    await crashed.sync()
    addAll(crashed, [2])
    expect(await sequences(await open())).toEqual([1])
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
    expect(await sequences(await open())).toEqual([2, 3])
  })

  test('hands out nothing that a crash could still lose: its number would be given again', async () => {
    const spool = await open()
    const batch = spool.batch()
    for (let label = 0; label < 50; label++) {
      spool.add(decided(label))
      await Promise.resolve()
    }
    const handedOut = (await batch).map((record) => record.sequence)
    expect(handedOut.length).toBeLessThan(50)
    expect(await sequences(await open())).toEqual(handedOut)
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
    await appendFile(file(), '{"sequence":2,"at":"2026-')
    expect(await sequences(await open())).toEqual([1])
  })

  test('writes nothing behind a half-written line, where it would be lost too', async () => {
    const crashed = await open()
    addAll(crashed, [1])
    await crashed.sync()
    await appendFile(file(), '{"sequence":2,"at":"2026-')
    const second = await open()
    second.add(decided(2))
    await second.sync()
    const third = await open()
    third.add(decided(3))
    expect((await third.batch()).map((r) => [r.sequence, r.label])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
  })

  test('is bounded in memory and on disk: the oldest are dropped and counted', async () => {
    const spool = await open()
    for (let round = 0; round < 5; round++) {
      addAll(
        spool,
        Array.from({ length: 10_000 }, (_, i) => i),
      )
      await spool.sync()
    }
    expect(spool.dropped).toBe(30_000)
    expect((await sequences(spool))[0]).toBe(30_001)
    const lines = (await readFile(file(), 'utf8')).trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(40_001)
    expect((await sequences(await open()))[0]).toBe(30_001)
  })

  test('writes everything anew after a write that failed', async () => {
    const spool = await open()
    addAll(spool, [1])
    await mkdir(file())
    await expect(spool.sync()).rejects.toThrow('EISDIR')
    await rm(file(), { recursive: true })
    addAll(spool, [2])
    expect(await sequences(spool)).toEqual([1, 2])
    expect(await sequences(await open())).toEqual([1, 2])
  })

  test('takes no record that the control plane would refuse: it would hold up all behind it', async () => {
    const spool = await open()
    spool.add({ ...decided(1), energyJ: -1 })
    spool.add(decided(2))
    expect(await sequences(spool)).toEqual([1])
    expect(spool.dropped).toBe(1)
  })
})

// How many deaths in how long a function may have before it is given up, and how long it waits between them.

import { describe, expect, test } from 'vitest'
import { DeathRecord } from '#workers/host/watch/death-record.ts'
import { WATCHDOG_LIMITS } from '#workers/host/watch/watchdog-limits.ts'

const MINUTE_MS = 60_000

describe('DeathRecord', () => {
  test.each([
    ['five at once', [0, 0, 0, 0, 0], [4]],
    ['five in ten minutes, less a moment', [0, 1, 2, 3, 9.99].map((m) => m * MINUTE_MS), [4]],
    ['ten in a row give up once', Array.from({ length: 10 }, (_, i) => i * 100), [4]],
    ['four and then a quiet day', [0, 1, 2, 3, 1440, 1441].map((m) => m * MINUTE_MS), []],
    ['one every three minutes is four in ten', Array.from({ length: 9 }, (_, i) => i * 3 * MINUTE_MS), []],
    ['one every two minutes', Array.from({ length: 9 }, (_, i) => i * 2 * MINUTE_MS), [4]],
  ])('%s', (_, deathsMs, givenUpAt) => {
    const record = new DeathRecord(WATCHDOG_LIMITS)
    const told = deathsMs.flatMap((at, i) => (record.add(at, `death ${i}`) ? [i] : []))
    expect(told).toEqual(givenUpAt)
    expect(record).toMatchObject({
      total: deathsMs.length,
      hasFailed: givenUpAt.length > 0,
      lastReason: `death ${deathsMs.length - 1}`,
    })
  })

  test('the wait doubles with each recent death up to its bound, and is the longest once given up', () => {
    const record = new DeathRecord({ ...WATCHDOG_LIMITS, deathsMax: 9 })
    const waits = Array.from({ length: 10 }, (_, i) => {
      record.add(i, 'tripped')
      return record.backoffMs
    })
    expect(waits).toEqual([50, 100, 200, 400, 800, 1_600, 2_000, 2_000, 30_000, 30_000])
  })

  test('deaths of long ago do not make the next one wait', () => {
    const record = new DeathRecord(WATCHDOG_LIMITS)
    for (const at of [0, 1, 2]) record.add(at, 'tripped')
    record.add(60 * MINUTE_MS, 'tripped')
    expect(record.backoffMs).toBe(50)
  })
})

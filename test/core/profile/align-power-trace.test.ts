// A trace of 5 W idle and 9 W at work, ten samples a second, laid beside a job that ran from its 10th to its 20th
// second by another clock.

import { describe, expect, test } from 'vitest'
import { alignPowerTrace, type TraceClock } from '#core/profile/align-power-trace.ts'
import type { PowerTrace } from '#core/profile/integrate-power.ts'

const OFFSET_MS = 1_767_323_045_000
const job = { startedAtMs: OFFSET_MS + 10_000, endedAtMs: OFFSET_MS + 20_000, images: 100 }

const trace = (
  wattsAt: (s: number) => number = (s) => (s >= 10 && s <= 20 ? 9 : 5),
  length = 250,
): PowerTrace => {
  const timesS = Array.from({ length }, (_, i) => i / 10)
  return { timesS, watts: timesS.map(wattsAt) }
}
const align = (
  of: PowerTrace,
  { clock = { offsetMs: OFFSET_MS } as TraceClock, idle = { fromS: 0, toS: 5 } } = {},
) => alignPowerTrace(of, job, { clock, idle })

describe('alignPowerTrace()', () => {
  test.each<[string, TraceClock]>([
    ['the offset between the clocks', { offsetMs: OFFSET_MS }],
    ['a marker where the job begins', { markerS: 10 }],
  ])('finds the job by %s', (_, clock) => {
    const aligned = align(trace(), { clock })
    expect(aligned).toMatchObject({
      seconds: 10,
      gaps: 0,
      samples: 101,
      isClipped: false,
      offsetMs: OFFSET_MS,
    })
    expect(aligned.idleWatts).toBeCloseTo(5, 9)
    expect(aligned.idleSeconds).toBeCloseTo(5, 9)
    expect(aligned.sampleIntervalMs).toBeCloseTo(100, 6)
    // 4 W above idle for 10 s.
    expect(aligned.perImageJ).toBeCloseTo(0.4, 9)
  })

  test('an offset that is a second wrong loses a second of work', () => {
    const { perImageJ } = align(trace(), { clock: { offsetMs: OFFSET_MS + 1_000 } })
    expect(perImageJ).toBeCloseTo(0.362, 2)
  })

  test('a trace may begin at any time of its own', () => {
    const late = { ...trace(), timesS: Array.from(trace().timesS, (s) => s + 7_000) }
    const { perImageJ } = align(late, { clock: { markerS: 7_010 } })
    expect(perImageJ).toBeCloseTo(0.4, 9)
  })

  test('work that draws less than idle is 0 and says so', () => {
    expect(align(trace((s) => (s < 10 ? 5 : 4)))).toMatchObject({ perImageJ: 0, isClipped: true })
  })

  test('samples that share a time stamp are one step', () => {
    const { timesS, watts } = trace()
    const packets = {
      timesS: Array.from(timesS).flatMap((s) => [s, s, s]),
      watts: Array.from(watts).flatMap((w) => [w, w, w]),
    }
    const { perImageJ, sampleIntervalMs, gaps } = align(packets)
    expect(perImageJ).toBeCloseTo(0.4, 9)
    expect(sampleIntervalMs).toBeCloseTo(100, 6)
    expect(gaps).toBe(0)
  })

  test('a hole in the trace is a gap', () => {
    const { timesS, watts } = trace()
    const kept = Array.from(timesS, (_, i) => i).filter((i) => i < 140 || i > 150)
    const holed = { timesS: kept.map((i) => timesS[i]!), watts: kept.map((i) => watts[i]!) }
    expect(align(holed).gaps).toBe(1)
  })

  test.each<[string, PowerTrace, Parameters<typeof align>[1], RegExp]>([
    [
      'a trace that ends before the job',
      trace(undefined, 150),
      {},
      /the job is from 10 s to 20 s in the trace, expected within 0 s to 14.9 s/,
    ],
    ['a job before the trace', trace(), { clock: { markerS: -1 } }, /the job is from -1 s to 9 s/],
    [
      'a trace that counts from 0 without an offset',
      trace(),
      { clock: { offsetMs: 0 } },
      /is the offset between the clocks right\?$/,
    ],
    [
      'idle that reaches into the job',
      trace(),
      { idle: { fromS: 8, toS: 12 } },
      /the idle window ends at 12 s, expected before the job at 10 s$/,
    ],
    ['idle beyond the trace', trace(), { idle: { fromS: 100, toS: 105 } }, /the idle is from 100 s to 105 s/],
    ['idle backwards', trace(), { idle: { fromS: 5, toS: 5 } }, /expected an end behind its beginning$/],
    [
      'idle between two samples',
      trace(),
      { idle: { fromS: 0.01, toS: 0.09 } },
      /expected at least 3 samples there$/,
    ],
  ])('refuses %s', (_, of, how, message) => {
    expect(() => align(of, how)).toThrow(message)
    expect(() => align(of, how)).toThrow(RangeError)
  })
})

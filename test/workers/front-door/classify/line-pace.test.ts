// When who comes now would be answered, told by a line that moves on a clock of the test's own.

import { describe, expect, test } from 'vitest'
import { LinePace } from '#workers/front-door/classify/line-pace.ts'

/** So many enter at once and are answered one every `gapMs`. */
function serve(pace: LinePace, { count, gapMs, fromMs }: { count: number; gapMs: number; fromMs: number }) {
  for (let i = 0; i < count; i++) pace.enter(fromMs)
  for (let i = 1; i <= count; i++) pace.leave(fromMs + i * gapMs)
}

describe('LinePace', () => {
  test('expects nothing of a line that it has not seen move', () => {
    const pace = new LinePace()
    for (let i = 0; i < 9; i++) pace.enter(0)
    expect(pace.expectedMs(1_000)).toBe(0)
  })

  test('expects as many steps as images are before, less what of the first has passed', () => {
    const pace = new LinePace()
    serve(pace, { count: 10, gapMs: 20, fromMs: 0 })
    for (let i = 0; i < 4; i++) pace.enter(1_000)
    expect(pace.expectedMs(1_000)).toBeCloseTo(100)
    expect(pace.expectedMs(1_015)).toBeCloseTo(85)
    // Overdue: the first may go out at any moment, and no earlier than now.
    expect(pace.expectedMs(1_500)).toBeCloseTo(80)
  })

  test('lets in who comes to an empty line, however slow it was', () => {
    const pace = new LinePace()
    serve(pace, { count: 10, gapMs: 5_000, fromMs: 0 })
    expect(pace.expectedMs(60_000)).toBe(0)
  })

  test('forgets a slow model by the first that is answered faster alone', () => {
    const pace = new LinePace()
    serve(pace, { count: 10, gapMs: 5_000, fromMs: 0 })
    serve(pace, { count: 1, gapMs: 10, fromMs: 60_000 })
    pace.enter(70_000)
    expect(pace.expectedMs(70_000)).toBeCloseTo(20)
  })

  test('takes no one alone for the pace of a line, and nobody who leaves without an answer', () => {
    const pace = new LinePace()
    serve(pace, { count: 10, gapMs: 20, fromMs: 0 })
    serve(pace, { count: 1, gapMs: 900, fromMs: 1_000 })
    for (let i = 0; i < 3; i++) pace.enter(3_000)
    pace.drop()
    expect(pace.expectedMs(3_000)).toBeCloseTo(60)
  })

  test('looks over bursts', () => {
    const pace = new LinePace()
    for (let i = 0; i < 88; i++) pace.enter(0)
    for (let run = 1; run <= 10; run++) for (let i = 0; i < 8; i++) pace.leave(run * 80)
    // Eight are left, at ten milliseconds each on average.
    const expectedMs = pace.expectedMs(800)
    expect(expectedMs).toBeGreaterThan(9 * 6)
    expect(expectedMs).toBeLessThan(9 * 14)
  })
})

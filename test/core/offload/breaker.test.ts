// When a circuit breaker opens, and when a probe is due, by a clock of the test's.

import { describe, expect, it } from 'vitest'
import {
  type Breaker,
  CLOSED,
  failed,
  isClosed,
  isProbeDue,
  probing,
  succeeded,
} from '#core/offload/breaker.ts'

type Event = readonly [nowMs: number, what: 'late' | 'error' | 'ok']

function afterEvents(events: readonly Event[]): Breaker {
  let breaker = CLOSED
  for (const [nowMs, what] of events)
    breaker =
      what === 'ok' ? succeeded() : failed(breaker, { nowMs, isLate: what === 'late', isProbe: false })
  return breaker
}

describe('a breaker', () => {
  const cases: readonly [string, Event[], boolean][] = [
    ['is closed at first', [], true],
    [
      'stays closed after two quick failures',
      [
        [0, 'error'],
        [10, 'error'],
      ],
      true,
    ],
    [
      'opens at the third',
      [
        [0, 'error'],
        [10, 'error'],
        [20, 'error'],
      ],
      false,
    ],
    [
      'counts from anew after a success',
      [
        [0, 'error'],
        [1, 'error'],
        [2, 'ok'],
        [3, 'error'],
        [4, 'error'],
      ],
      true,
    ],
    [
      'opens at the second where half a second lies between',
      [
        [0, 'error'],
        [500, 'error'],
      ],
      false,
    ],
    [
      'takes that half second from the first failure of the row',
      [
        [0, 'error'],
        [1, 'ok'],
        [500, 'error'],
      ],
      true,
    ],
    ['opens at the first that was late', [[0, 'late']], false],
    [
      'closes at a late success',
      [
        [0, 'late'],
        [5, 'ok'],
      ],
      true,
    ],
  ]
  it.each(cases)('%s', (_, events, closed) => expect(isClosed(afterEvents(events))).toBe(closed))

  it('has a probe due after 100 ms, then after ever longer, at last every two seconds', () => {
    let breaker = afterEvents([[0, 'late']])
    let nowMs = 0
    const waits: number[] = []
    for (let i = 0; i < 7; i++) {
      const from = nowMs
      while (!isProbeDue(breaker, nowMs)) nowMs += 10
      waits.push(nowMs - from)
      breaker = failed(probing(breaker), { nowMs, isLate: false, isProbe: true })
    }
    expect(waits).toEqual([100, 250, 500, 1_000, 2_000, 2_000, 2_000])
  })

  it('has no probe due while one is on its way, and none while it is closed', () => {
    const open = afterEvents([[0, 'late']])
    expect(isProbeDue(open, 100)).toBe(true)
    expect(isProbeDue(probing(open), 60_000)).toBe(false)
    expect(isProbeDue(CLOSED, 60_000)).toBe(false)
  })

  it('does not wait longer for what was under way as it opened', () => {
    const open = afterEvents([[0, 'late']])
    expect(
      afterEvents([
        [0, 'late'],
        [50, 'late'],
        [60, 'error'],
      ]),
    ).toEqual(open)
  })
})

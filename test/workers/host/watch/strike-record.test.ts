// How many bad answers among the last ones end a function, and how few never do.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StrikeRecord } from '#workers/host/watch/strike-record.ts'

const LIMITS = { strikesMax: 10, strikesOf: 20 }
/** After how many answers it says that there are too many; undefined: never. */
function endsAfter(answers: readonly boolean[]): number | undefined {
  const record = new StrikeRecord(LIMITS)
  const at = answers.findIndex((wasUsable) => record.add(wasUsable))
  return at < 0 ? undefined : at + 1
}
const times = (count: number, pattern: readonly boolean[]) =>
  Array.from({ length: count }, (_, i) => pattern[i % pattern.length]!)

describe('StrikeRecord', () => {
  test.each([
    ['all are bad', times(50, [false]), 10],
    ['every second one is bad', times(50, [false, true]), 19],
    ['a good hour, then all are bad', [...times(1_000, [true]), ...times(50, [false])], 1_010],
    ['every third one is bad', times(1_000, [true, true, false]), undefined],
    ['all are good', times(1_000, [true]), undefined],
  ])('%s', (_, answers, end) => {
    expect(endsAfter(answers)).toBe(end)
  })

  test('ends exactly where ten of the last twenty are bad', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 80 }), (answers) => {
        const first = answers.findIndex(
          (_, i) => answers.slice(Math.max(0, i - 19), i + 1).filter((good) => !good).length >= 10,
        )
        expect(endsAfter(answers)).toBe(first < 0 ? undefined : first + 1)
      }),
    )
  })
})

// Joules from samples: against integrals known in closed form, and what is said of what was not seen.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { counterEnergy } from '#core/profile/counter-energy.ts'
import { integratePower, type PowerTrace } from '#core/profile/integrate-power.ts'

const ramp: PowerTrace = { timesS: [0, 1, 2, 3, 4], watts: [0, 2, 4, 6, 8] }

describe('integratePower()', () => {
  test.each<[string, [number, number], number]>([
    ['the whole of a ramp', [0, 4], 16],
    ['a part between samples', [0.5, 2.5], 6],
    ['a part within one step', [1.25, 1.75], 1.5],
    ['a window that begins before the trace, its first value held', [-1, 1], 1],
    ['a window that ends after the trace, its last value held', [3, 6], 7 + 16],
  ])('is exact for %s', (_, [fromS, toS], joules) => {
    expect(integratePower(ramp, { fromS, toS }, 1).joules).toBeCloseTo(joules, 12)
  })

  test('takes one value alone as power all the time', () => {
    expect(integratePower({ timesS: [5], watts: [3] }, { fromS: 0, toS: 10 }, 1)).toMatchObject({
      joules: 30,
      seconds: 10,
      samples: 1,
    })
  })

  test('a step in one instant belongs to both sides', () => {
    const step = { timesS: [0, 1, 1, 2], watts: [1, 1, 5, 5] }
    expect(integratePower(step, { fromS: 0, toS: 2 }, 1).joules).toBe(6)
  })

  test('adds up however a window is cut', () => {
    const sorted = fc
      .array(fc.record({ step: fc.integer({ min: 1, max: 50 }), watts: fc.integer({ min: 0, max: 100 }) }), {
        minLength: 2,
        maxLength: 30,
      })
      .map((steps) => {
        let at = 0
        const timesS = steps.map(({ step }) => (at += step))
        return { timesS, watts: steps.map((s) => s.watts) }
      })
    fc.assert(
      fc.property(sorted, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (trace, share) => {
        const [fromS, toS] = [trace.timesS[0]!, trace.timesS.at(-1)!]
        const cutS = fromS + share * (toS - fromS)
        const joules = (window: [number, number]) =>
          integratePower(trace, { fromS: window[0], toS: window[1] }, 1).joules
        expect(joules([fromS, cutS]) + joules([cutS, toS])).toBeCloseTo(joules([fromS, toS]), 6)
      }),
    )
  })

  test.each<[string, number[], number]>([
    ['steps of three intervals are none', [0, 0.3, 0.6, 1], 0],
    ['a longer one is', [0, 0.1, 0.6, 1], 1],
    ['also at the beginning', [0.5, 0.75, 1], 1],
    ['and at the end', [0, 0.25, 0.5], 1],
  ])('gaps: %s', (_, timesS, gaps) => {
    const trace = { timesS, watts: timesS.map(() => 1) }
    expect(integratePower(trace, { fromS: 0, toS: 1 }, 0.15)).toMatchObject({ gaps, samples: timesS.length })
  })

  test.each<[string, PowerTrace, [number, number], RegExp]>([
    ['no time', ramp, [2, 2], /^Cannot integrate power "2 to 2 s"/],
    ['a window backwards', ramp, [3, 2], /expected an end behind it$/],
    ['a bound that is no number', ramp, [Number.NaN, 2], /is no time/],
    ['no samples', { timesS: [], watts: [] }, [0, 1], /has 0 times and 0 watts/],
    ['times without watts', { timesS: [0, 1], watts: [1] }, [0, 1], /has 2 times and 1 watts/],
  ])('refuses %s', (_, trace, [fromS, toS], message) => {
    expect(() => integratePower(trace, { fromS, toS }, 1)).toThrow(message)
  })
})

describe('counterEnergy()', () => {
  const of = (microjoules: number[], timesS = microjoules.map((_, i) => i)) =>
    counterEnergy(
      { timesS, microjoules, rangeMicrojoules: 10e6 },
      { fromS: 0, toS: microjoules.length - 1 },
      1,
    )

  test.each<[string, number[], number]>([
    ['counts up', [1e6, 2e6, 5e6], 4],
    ['goes on through the end of its range', [9e6, 1e6, 3e6], 4],
    ['turns more than once', [9e6, 4e6, 9e6, 4e6, 9e6], 20],
    ['stands still', [7e6, 7e6], 0],
  ])('%s', (_, microjoules, joules) => {
    expect(of(microjoules).joules).toBeCloseTo(joules, 9)
  })

  test('the mean power stands for what was not read at the ends', () => {
    const counter = { timesS: [1, 2, 3], microjoules: [0, 2e6, 4e6], rangeMicrojoules: 10e6 }
    expect(counterEnergy(counter, { fromS: 0, toS: 4 }, 1)).toEqual({
      joules: 8,
      seconds: 4,
      samples: 3,
      gaps: 0,
    })
  })

  test.each([[[1]], [[1, 2]]])('refuses readings at one time alone', (microjoules) => {
    expect(() =>
      of(
        microjoules,
        microjoules.map(() => 5),
      ),
    ).toThrow(/^Cannot count energy: has \d readings/)
  })
})

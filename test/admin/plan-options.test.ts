// A plan as a person types it.

import { describe, expect, test } from 'vitest'
import { megabytes, observePolicy } from '#admin/cli/promote/observe-options.ts'
import { planFrom, quality, seconds, share, stages } from '#admin/cli/promote/plan-options.ts'

test.each([
  ['10%,50%,100%', [{ share: 0.1 }, { share: 0.5 }, { share: 1 }]],
  ['0.25, 1', [{ share: 0.25 }, { share: 1 }]],
  ['canary:100%,10%,100%', [{ group: 'canary', share: 1 }, { share: 0.1 }, { share: 1 }]],
  ['pi-1+pi-2,field:pi-3', [{ devices: ['pi-1', 'pi-2'] }, { group: 'field', devices: ['pi-3'] }]],
])('--stages %s', (text, expected) => {
  expect(stages(text)).toEqual(expected)
})

test.each([
  ['60s', 60],
  ['90', 90],
  ['5m', 300],
  ['2h', 7_200],
  ['1d', 86_400],
])('a duration of %s', (text, expected) => {
  expect(seconds(text)).toBe(expected)
})

test('--quality reads shares, percent and milliseconds', () => {
  expect(
    quality('offload<=0.5,offload>=5%,fallback<=1%,edge-failure<=0.02,p95<=200ms,disagreement<=0.1'),
  ).toEqual({
    offloadShareMax: 0.5,
    offloadShareMin: 0.05,
    fallbackShareMax: 0.01,
    edgeFailureShareMax: 0.02,
    latencyP95MaxMs: 200,
    disagreementMax: 0.1,
  })
})

test.each<[string, () => unknown]>([
  ['share', () => share('110%')],
  ['stages', () => stages('10%,,100%')],
  ['duration', () => seconds('soon')],
  ['is none of', () => quality('offload<0.5')],
  ['is none of', () => quality('speed<=5')],
  ['latency', () => quality('p95<=fast')],
])('what is no %s is refused', (words, parse) => {
  expect(parse).toThrow(words)
})

test('a deployment asks for audits and captures only where it was told to', () => {
  expect(observePolicy({})).toEqual({})
  expect(observePolicy({ auditShare: 0.02, captureQuota: 512 })).toEqual({
    auditShare: 0.02,
    captureQuotaMb: 512,
  })
})

test.each<[string, number]>([
  ['200', 200],
  ['200mb', 200],
  ['1.5GB', 1_536],
  ['512kb', 0.5],
])('megabytes() of %s', (text, expected) => {
  expect(megabytes(text)).toBe(expected)
})

test.each(['0', 'much', '5tb', '-1mb'])('megabytes() refuses %s', (text) => {
  expect(() => megabytes(text)).toThrow('200mb')
})

describe('planFrom()', () => {
  test('is nothing where nothing was asked for', () => {
    expect(planFrom({})).toBeUndefined()
  })

  test('applies what was said once to every stage, and gates to all but the first', () => {
    expect(planFrom({ stages: stages('10%,100%'), soak: 60, success: 0.9, approveEach: true })).toEqual([
      { share: 0.1, soakS: 60, successShare: 0.9 },
      { share: 1, soakS: 60, successShare: 0.9, gate: 'approval' },
    ])
  })

  test('makes one stage of a soak alone', () => {
    expect(planFrom({ soak: 60 })).toEqual([{ share: 1, soakS: 60 }])
  })
})

// What a token bucket lets through, and that a mean is a mean whatever is asked.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OffloadBudget } from '#contract/deployment.ts'
import { spendOffload } from '#core/offload/offload-budget.ts'
import { levelS, spend, type TokenBucket } from '#core/offload/token-bucket.ts'

const limit = { perSecond: 2, burstSeconds: 5 }

describe('a token bucket', () => {
  it('lets a burst through, then the rate', () => {
    let bucket: TokenBucket
    let passed = 0
    for (let nowMs = 0; nowMs <= 10_000; nowMs += 10) {
      const after = spend(bucket, limit, { cost: 1, nowMs })
      if (!after) continue
      bucket = after
      passed++
    }
    expect(passed).toBe(10 + 20)
  })

  it('lets through once what is larger than itself, and is then empty for as long as that is worth', () => {
    const after = spend(undefined, limit, { cost: 30, nowMs: 0 })
    expect(levelS(after, limit, 0)).toBe(-10)
    expect(spend(after, limit, { cost: 0.1, nowMs: 9_900 })).toBeUndefined()
    expect(spend(after, limit, { cost: 0.1, nowMs: 10_100 })).toBeDefined()
  })

  it('keeps what it has where the rate changes', () => {
    const after = spend(undefined, limit, { cost: 10, nowMs: 0 })
    expect(spend(after, { perSecond: 1_000, burstSeconds: 5 }, { cost: 1, nowMs: 0 })).toBeUndefined()
  })

  it('never spends more than the bucket and the rate give, but for the last one', () => {
    const asked = fc.array(
      fc.record({ afterMs: fc.nat(2_000), cost: fc.double({ min: 0.01, max: 30, noNaN: true }) }),
    )
    fc.assert(
      fc.property(asked, (requests) => {
        let bucket: TokenBucket
        let nowMs = 0
        let spent = 0
        let last = 0
        for (const { afterMs, cost } of requests) {
          nowMs += afterMs
          const after = spend(bucket, limit, { cost, nowMs })
          if (!after) continue
          bucket = after
          spent += cost
          last = cost
        }
        expect(spent - last).toBeLessThanOrEqual(10 + (2 * nowMs) / 1_000 + 1e-3)
      }),
    )
  })
})

describe('spendOffload()', () => {
  const cost = { requests: 1, bytes: 1_000, joules: 0.2 }

  it('takes nothing from any bucket where one holds too little', () => {
    const budget = OffloadBudget.parse({ requestsPerSecond: 1, bytesPerSecond: 150, burstSeconds: 10 })
    const first = spendOffload({}, budget, { cost, nowMs: 0 })
    expect(first).toEqual({
      buckets: { requests: { levelS: 9, atMs: 0 }, bytes: { levelS: 10 - 1_000 / 150, atMs: 0 } },
    })
    const { buckets } = first as { buckets: object }
    expect(spendOffload(buckets, budget, { cost, nowMs: 0 })).toEqual({ short: 'bytes' })
  })

  it('limits nothing that is left out', () => {
    const budget = OffloadBudget.parse({})
    expect(spendOffload({}, budget, { cost, nowMs: 0 })).toEqual({ buckets: {} })
  })
})

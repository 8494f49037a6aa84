// Which answers are looked at twice, which images are kept, and what a share of a few audits is worth.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DecisionReason, Preference } from '#contract/decision.ts'
import { DecisionReason as Reasons } from '#contract/decision.ts'
import type { Tier } from '#contract/tier.ts'
import { type AnswerSeen, isToAudit } from '#core/observe/choose-audit.ts'
import { disagreementOf } from '#core/observe/disagreement.ts'
import { captureReason } from '#core/observe/hard-example.ts'
import { createRandom } from '#core/random.ts'
import { binomialCdf } from '#core/threshold/clopper-pearson.ts'

interface Seen {
  readonly tier?: Tier
  readonly reason?: DecisionReason
  readonly preference?: Preference
  readonly score?: number | null
}

const seen = ({
  tier = 'local',
  reason = 'routed',
  preference = 'balanced',
  score = 0.2,
}: Seen): AnswerSeen => ({
  answer: { tier, decision: { router: 'confidence', version: 1, score, threshold: 0.5, reason } },
  preference,
})

describe('isToAudit()', () => {
  test('draws the share of what the router kept', () => {
    const random = createRandom(3)
    const drawn = Array.from({ length: 20_000 }, () => isToAudit(seen({}), 0.05, random())).filter(
      Boolean,
    ).length
    expect(drawn).toBeGreaterThan(900)
    expect(drawn).toBeLessThan(1_100)
  })

  test('draws nothing where no share is asked for', () => {
    expect(isToAudit(seen({}), undefined, 0)).toBe(false)
    expect(isToAudit(seen({}), 0, 0)).toBe(false)
  })

  test.each<[string, Seen]>([
    ['what the edge answered', { tier: 'edge' }],
    ['what a client kept here', { preference: 'local-only', reason: 'preference' }],
    ['what a client kept here, whatever the function says of it', { preference: 'local-only' }],
    ...Reasons.options
      .filter((reason) => reason !== 'routed')
      .map((reason): [string, Seen] => [`what stayed by ${reason}`, { reason }]),
  ])('never draws %s', (_, what) => {
    expect(isToAudit(seen(what), 1, 0)).toBe(false)
  })
})

describe('captureReason()', () => {
  test.each<[string, Seen, boolean | undefined, string | undefined]>([
    ['an image that its router sent away', { tier: 'edge' }, undefined, 'offloaded'],
    ['one that the tiers disagree on', {}, true, 'disagreed'],
    ['one that they agree on, far from the threshold', {}, false, undefined],
    ['one that scored just below the threshold', { score: 0.46 }, false, 'near-threshold'],
    ['one that scored far below', { score: 0.4 }, undefined, undefined],
    ['one whose router has no score', { score: null }, undefined, undefined],
    ['one that the client sent to the edge', { tier: 'edge', reason: 'preference' }, undefined, undefined],
    ['one that stayed since the edge was gone', { reason: 'breaker-open', score: 0.9 }, undefined, undefined],
  ])('of %s', (_, what, disagreed, reason) => {
    expect(captureReason(seen(what), disagreed)).toBe(reason)
  })

  test('never of an image that is to stay', () => {
    const anySeen = fc.record({
      tier: fc.constantFrom<Tier>('local', 'edge'),
      reason: fc.constantFrom(...Reasons.options),
      score: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    })
    fc.assert(
      fc.property(anySeen, fc.boolean(), (what, disagreed) => {
        expect(captureReason(seen({ ...what, preference: 'local-only' }), disagreed)).toBeUndefined()
      }),
    )
  })
})

describe('disagreementOf()', () => {
  test('is unknown without an audit, not zero', () => {
    expect(disagreementOf(0, 0)).toBeNull()
  })

  test('says with how many audits a fleet that never disagrees may still disagree', () => {
    // The rule of three, exactly: 1 - 0.025^(1/n).
    expect(disagreementOf(0, 100)).toMatchObject({ share: 0, low: 0, high: expect.closeTo(0.0362, 4) })
    expect(disagreementOf(5, 100)).toMatchObject({
      low: expect.closeTo(0.0164, 4),
      high: expect.closeTo(0.1128, 4),
    })
  })

  test('has an interval that holds the true share 95 times in a hundred, whatever it is', () => {
    const trials = 60
    for (const p of [0.01, 0.1, 0.3, 0.5, 0.9]) {
      let covered = 0
      for (let k = 0; k <= trials; k++) {
        const { low, high } = disagreementOf(k, trials)!
        const chance = binomialCdf(k, trials, p) - (k === 0 ? 0 : binomialCdf(k - 1, trials, p))
        if (low <= p && p <= high) covered += chance
      }
      expect(covered).toBeGreaterThanOrEqual(0.95 - 1e-9)
    }
  })
})

// What holds for every rollout, whatever its plan says and whatever its devices report.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RolloutState } from '#contract/rollout.ts'
import { advance, type RolloutProgress, type Transition } from '#core/promote/advance-rollout.ts'
import { figures, progress, seen } from './rollout-fixtures.ts'

const states: RolloutState[] = [
  'running',
  'paused',
  'awaiting-approval',
  'completed',
  'rolled-back',
  'superseded',
]
const letters = (min = 0) =>
  fc.string({ unit: fc.constantFrom('s', 'w', 'i', 'f'), minLength: min, maxLength: 6 })
const share = fc.double({ min: 0, max: 1, noNaN: true })
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const stages = fc.array(
  fc.record({
    successShare: share.map((s) => s || 1),
    errorShare: share,
    timeoutS: fc.integer({ min: 1, max: 100 }),
    soakS: fc.integer({ min: 0, max: 50 }),
    minDecisions: fc.integer({ min: 0, max: 20 }),
    gate: fc.constantFrom('auto' as const, 'approval' as const),
  }),
  { minLength: 1, maxLength: 4 },
)
const observations = fc
  .record({ local: letters(), edge: letters(), decisions: fc.nat(40), offloadShare: maybe(share) })
  .map(({ local, edge, ...quality }) => seen(local, edge, figures(quality)))
const rollouts = stages.chain((list) =>
  fc
    .record({
      state: fc.constantFrom(...states),
      activeStages: fc.integer({ min: 0, max: list.length }),
      approvedStages: fc.integer({ min: 0, max: list.length + 1 }),
      clockFromMs: fc.nat(200_000),
      soakFromMs: maybe(fc.nat(200_000)),
      completionNeeds: maybe(fc.constant('a word')),
      quality: fc.constant({ offloadShareMax: 0.5 }),
    })
    .map((more) => progress(list, more)),
)

/** What the rows hold after a step. */
function taken(rollout: RolloutProgress, step: Transition, nowMs: number): RolloutProgress {
  switch (step.do) {
    case 'activate':
      return { ...rollout, activeStages: step.stage + 1, clockFromMs: nowMs, soakFromMs: null }
    case 'soak':
      return { ...rollout, soakFromMs: nowMs }
    case 'ask':
      return { ...rollout, state: 'awaiting-approval' }
    case 'pause':
      return { ...rollout, state: 'paused' }
    case 'complete':
      return { ...rollout, state: 'completed' }
    case 'roll-back':
      return { ...rollout, state: 'rolled-back' }
    case 'wait':
      return rollout
  }
}

describe('whatever a rollout and its devices are,', () => {
  test('there is one answer, with words, and none where it has ended or is paused', () => {
    fc.assert(
      fc.property(rollouts, observations, fc.nat(400_000), (rollout, observation, nowMs) => {
        const step = advance(rollout, observation, nowMs)
        expect(step.reason).not.toBe('')
        if (!['running', 'awaiting-approval'].includes(rollout.state)) expect(step.do).toBe('wait')
      }),
      { numRuns: 500 },
    )
  })

  test('a stage begins only when the one before has succeeded, in order, and its gate is open', () => {
    fc.assert(
      fc.property(rollouts, observations, fc.nat(400_000), (rollout, observation, nowMs) => {
        const step = advance(rollout, observation, nowMs)
        if (step.do !== 'activate' && step.do !== 'complete') return
        const before = rollout.plan.stages[rollout.activeStages - 1]
        if (before) {
          expect(rollout.soakFromMs).not.toBeNull()
          const local = observation.devices.filter((d) => d.tier === 'local')
          const serving = local.filter((d) => d.state === 'serving').length
          expect(serving).toBeGreaterThanOrEqual(Math.max(1, before.successShare * local.length - 1e-6))
          expect(observation.quality.decisions).toBeGreaterThanOrEqual(before.minDecisions)
        }
        if (step.do === 'complete') expect(rollout.activeStages).toBe(rollout.plan.stages.length)
        else {
          expect(step.stage).toBe(rollout.activeStages)
          if (rollout.plan.stages[step.stage]!.gate === 'approval')
            expect(rollout.approvedStages).toBeGreaterThan(step.stage)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('its stages never go back, and once sent back it never goes forward', () => {
    const looks = fc.array(fc.tuple(observations, fc.nat(60_000)), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(stages, looks, (list, story) => {
        let rollout = progress(list, { activeStages: 0, quality: { offloadShareMax: 0.5 } })
        let nowMs = 0
        for (const [observation, passed] of story) {
          nowMs += passed
          const next = taken(rollout, advance(rollout, observation, nowMs), nowMs)
          expect([0, 1]).toContain(next.activeStages - rollout.activeStages)
          if (rollout.state === 'rolled-back') expect(next).toEqual(rollout)
          rollout = next
        }
      }),
      { numRuns: 300 },
    )
  })

  test('with healthy devices and no gate it completes', () => {
    fc.assert(
      fc.property(stages, (list) => {
        const open = list.map((stage) => ({ ...stage, gate: 'auto' as const }))
        let rollout = progress(open, { activeStages: 0 })
        let nowMs = 0
        for (let i = 0; i < 3 * open.length + 1; i++, nowMs += 60_000)
          rollout = taken(
            rollout,
            advance(rollout, seen('sss', 'ss', figures({ decisions: 20 })), nowMs),
            nowMs,
          )
        expect(rollout.state).toBe('completed')
      }),
    )
  })
})

// The next step of a rollout: a table of what is seen and what follows. advance-properties.test.ts has what holds
// for every rollout there is.

import { describe, expect, test } from 'vitest'
import type { RolloutObservation } from '#contract/rollout.ts'
import { advance, type RolloutProgress, type Transition } from '#core/promote/advance-rollout.ts'
import { figures, progress, seen } from './rollout-fixtures.ts'

const SECOND = 1_000
const soaked = { soakFromMs: 0 }
const bounds = { quality: { offloadShareMax: 0.5, latencyP95MaxMs: 200, disagreementMax: 0.1 } }

type Case = [string, RolloutProgress, RolloutObservation, number, Transition['do'], string]

describe('advance()', () => {
  test.each<Case>([
    [
      'begins with the first stage',
      progress([{ share: 0.1 }, {}], { activeStages: 0 }),
      seen('', ''),
      0,
      'activate',
      'Stage 1 of 2: 10 % of group "field"',
    ],
    [
      'asks before a first stage with a gate',
      progress([{ gate: 'approval' }], { activeStages: 0 }),
      seen('', ''),
      0,
      'ask',
      'Stage 1 of 1 begins when somebody approves it',
    ],
    [
      'begins it once it is approved',
      progress([{ gate: 'approval' }], { activeStages: 0, approvedStages: 1 }),
      seen('', ''),
      0,
      'activate',
      'Stage 1 of 1',
    ],
    [
      'waits for the edge half',
      progress([{}]),
      seen('ww', 'i'),
      0,
      'wait',
      '0 of 1 edge devices serve it, expected 1',
    ],
    [
      'waits for every device',
      progress([{}]),
      seen('ssw'),
      0,
      'wait',
      '2 of 3 local devices serve it, expected 3',
    ],
    [
      'is content with the share that was asked for',
      progress([{ successShare: 0.6 }]),
      seen('ssw'),
      0,
      'soak',
      'Stage 1 of 1 serves it',
    ],
    [
      'sends back at the first failure',
      progress([{}]),
      seen('ssf'),
      0,
      'roll-back',
      '1 of 3 local devices failed to activate it, expected at most 0: "local-2" says "no memory"',
    ],
    [
      'sends back at a failure of the edge',
      progress([{}]),
      seen('ww', 'sf'),
      0,
      'roll-back',
      '1 of 2 edge devices failed',
    ],
    [
      'bears the failures that were allowed',
      progress([{ errorShare: 0.5, successShare: 0.5 }]),
      seen('sf'),
      0,
      'soak',
      '',
    ],
    [
      'and not one more',
      progress([{ errorShare: 0.5, successShare: 0.3 }]),
      seen('sff'),
      0,
      'roll-back',
      '2 of 3',
    ],
    [
      'waits up to the timeout',
      progress([{ timeoutS: 60 }]),
      seen('sw'),
      60 * SECOND,
      'wait',
      '1 of 2 local',
    ],
    [
      'sends back after it',
      progress([{ timeoutS: 60 }]),
      seen('sw'),
      60 * SECOND + 1,
      'roll-back',
      '1 of 2 local devices did not serve it within 60 s: "local-1" is waiting',
    ],
    [
      'sends back a stage whose devices are all gone',
      progress([{ timeoutS: 60 }]),
      seen(''),
      61 * SECOND,
      'roll-back',
      '0 of 0 local devices did not serve it within 60 s: there is none',
    ],
    [
      'watches for the time that was asked for',
      progress([{ soakS: 30 }], soaked),
      seen('s'),
      29_500,
      'wait',
      'it is watched for 1 s more',
    ],
    [
      'completes after it',
      progress([{ soakS: 30 }], soaked),
      seen('s'),
      30 * SECOND,
      'complete',
      'Every stage has succeeded',
    ],
    [
      'goes on to the next stage',
      progress([{ share: 0.5 }, {}], soaked),
      seen('s'),
      0,
      'activate',
      'Stage 2 of 2: 100 %',
    ],
    [
      'asks before a gate',
      progress([{ share: 0.5 }, { gate: 'approval' }], soaked),
      seen('s'),
      0,
      'ask',
      'Stage 2 of 2 begins when somebody approves it',
    ],
    [
      'asks once',
      progress([{ share: 0.5 }, { gate: 'approval' }], { ...soaked, state: 'awaiting-approval' }),
      seen('s'),
      0,
      'wait',
      'it waits for approval',
    ],
    [
      'passes a gate that was approved',
      progress([{ share: 0.5 }, { gate: 'approval' }], { ...soaked, approvedStages: 2 }),
      seen('s'),
      0,
      'activate',
      'Stage 2 of 2',
    ],
    [
      'an approval of an earlier gate opens no later one',
      progress([{ gate: 'approval', share: 0.5 }, { gate: 'approval' }], { ...soaked, approvedStages: 1 }),
      seen('s'),
      0,
      'ask',
      'Stage 2',
    ],
    [
      'asks before a protected alias moves',
      progress([{}], { ...soaked, completionNeeds: 'Alias "stable" is protected' }),
      seen('s'),
      0,
      'ask',
      'Alias "stable" is protected',
    ],
    [
      'sends back on its own while it waits for approval',
      progress([{ share: 0.5 }, { gate: 'approval' }], { ...soaked, state: 'awaiting-approval' }),
      seen('sf'),
      0,
      'roll-back',
      '1 of 2',
    ],
    [
      'leaves a paused one alone, whatever burns',
      progress([{}], { state: 'paused' }),
      seen('ff'),
      0,
      'wait',
      'it is paused',
    ],
    [
      'waits for decisions',
      progress([{ minDecisions: 100 }], soaked),
      seen('s', 's', figures({ decisions: 99 })),
      0,
      'wait',
      '99 decisions have come, expected 100',
    ],
    [
      'pauses when they do not come',
      progress([{ minDecisions: 100, timeoutS: 60 }], soaked),
      seen('s', 's', figures({ decisions: 99 })),
      61 * SECOND,
      'pause',
      'Its quality cannot be judged: 99 decisions have come, expected 100',
    ],
    [
      'sends back when a bound is broken, before the soak is over',
      progress([{ soakS: 600 }], { ...soaked, ...bounds }),
      seen('s', 's', figures({ decisions: 9, offloadShare: 0.8, latencyP95Ms: 250 })),
      0,
      'roll-back',
      'offload share is 0.8, expected at most 0.5; latency p95 in ms is 250, expected at most 200 (9 decisions)',
    ],
    [
      'judges nothing from too few decisions',
      progress([{ minDecisions: 10 }], { ...soaked, ...bounds }),
      seen('s', 's', figures({ decisions: 9, offloadShare: 0.8 })),
      0,
      'wait',
      '9 decisions',
    ],
    [
      'does not hold against it what nobody measured',
      progress([{}], { ...soaked, ...bounds }),
      seen('s', 's', figures({ decisions: 9, offloadShare: 0.5, latencyP95Ms: 200 })),
      0,
      'complete',
      '',
    ],
  ])('%s', (_, rollout, observation, nowMs, step, words) => {
    const transition = advance(rollout, observation, nowMs)
    expect(transition.do, transition.reason).toBe(step)
    expect(transition.reason).toContain(words)
  })

  test('gives a device that joins late its own time', () => {
    const rollout = progress([{ timeoutS: 60 }])
    const observation = seen('sw')
    const joined = (joinedAtMs: number) => ({
      ...observation,
      devices: observation.devices.map((d) => (d.state === 'waiting' ? { ...d, joinedAtMs } : d)),
    })
    expect(advance(rollout, joined(50 * SECOND), 100 * SECOND).do).toBe('wait')
    expect(advance(rollout, joined(50 * SECOND), 111 * SECOND).do).toBe('roll-back')
  })
})

// Plans that cannot be rolled out are refused before anything is told to a device.

import { expect, test } from 'vitest'
import type { QualityBounds, Stage } from '#contract/rollout.ts'
import { groupsOf, reasonAgainstPlan } from '#core/promote/check-plan.ts'
import { stageOf } from './rollout-fixtures.ts'

const against = (stages: Partial<Stage>[], quality: QualityBounds = {}) =>
  reasonAgainstPlan({ stages: stages.map(stageOf), quality })

test.each<[string, Partial<Stage>[], QualityBounds, string | undefined]>([
  ['all at once', [{}], {}, undefined],
  ['growing shares', [{ share: 0.1 }, { share: 0.5 }, {}], {}, undefined],
  ['names first', [{ devices: ['pi-1'] }, { share: 0.5 }, {}], {}, undefined],
  ['one group after the other', [{ group: 'canary' }, { share: 0.5 }, {}], {}, undefined],
  [
    'an end at a half',
    [{ share: 0.5 }],
    {},
    'group "field" ends at share 0.5, expected a last stage with share 1',
  ],
  [
    'an end at names',
    [{ devices: ['pi-1'] }],
    {},
    'group "field" ends at share 0, expected a last stage with share 1',
  ],
  [
    'a share twice',
    [{ share: 0.5 }, { share: 0.5 }, {}],
    {},
    'stage 2 has share 0.5 of group "field", expected more than 0.5',
  ],
  ['a shrinking share', [{ share: 0.5 }, { share: 0.2 }, {}], {}, 'expected more than 0.5'],
  ['something after all', [{}, { devices: ['pi-1'] }], {}, 'stage 2 comes after all of group "field"'],
  [
    'bounds that exclude each other',
    [{}],
    { offloadShareMin: 0.6, offloadShareMax: 0.4 },
    'at least 0.6 and at most 0.4',
  ],
])('a plan of %s', (_, stages, quality, words) => {
  const reason = against(stages, quality)
  if (words === undefined) expect(reason).toBeUndefined()
  else expect(reason).toContain(words)
})

test('groupsOf() names each group once, in the order of the plan', () => {
  const stages = ['b', 'a', 'b'].map((group) => stageOf({ group }))
  expect(groupsOf({ stages, quality: {} })).toEqual(['b', 'a'])
})

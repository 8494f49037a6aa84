// Computing by steps: taken up anywhere, with what was computed before as it comes back from a database, the end is bit
// for bit that of a computation in one go.

import { createHash } from 'node:crypto'
import { deserialize, serialize } from 'node:v8'
import { expect, test } from 'vitest'
import { evaluatePairBySteps } from '#core/report/evaluate-pair.ts'
import { type BySteps, runSteps, step } from '#core/steps.ts'
import { trainRouterBySteps } from '#core/train/train-router.ts'
import { syntheticPair } from './train/synthetic-pair.ts'

const data = syntheticPair(60, { signal: 1, seed: 3 })
const common = {
  folds: 3,
  seed: 5,
  featureChoice: 'nested',
  duplicates: 'refuse',
  policy: { by: 'offload', target: 0.3 },
} as const

/** Walks on where `kept` ends; answers what was computed here. */
function resume<T>(work: BySteps<T>, kept: ReadonlyMap<string, Buffer>, atMost = Number.POSITIVE_INFINITY) {
  const computed = new Map<string, Buffer>()
  let next = work.next()
  while (!next.done && computed.size < atMost) {
    const { name, compute } = next.value
    expect(computed.has(name)).toBe(false)
    const before = kept.get(name)
    const value = before ? deserialize(before) : compute()
    if (!before) computed.set(name, serialize(value))
    next = work.next(value)
  }
  return { computed, result: next.done ? next.value : undefined }
}

/** A report is too long to be told in a failure. */
const digestOf = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex')

const works: [string, () => BySteps<unknown>, number][] = [
  ['an evaluation', () => evaluatePairBySteps(data, { ...names(), ...common, learners: true }), 38],
  ['a training of kind hybrid', () => trainRouterBySteps(data, { ...common, kind: 'hybrid' }), 12],
  ['a training of kind confidence', () => trainRouterBySteps(data, { ...common, kind: 'confidence' }), 5],
]

function names() {
  return { localModel: 'light', edgeModel: 'heavy', dataset: 'scenes' }
}

test.each(works)('%s that is cut short after any step ends with the same bytes', (_, begin, steps) => {
  const whole = digestOf(runSteps(begin()))
  const all = resume(begin(), new Map())
  expect([all.computed.size, digestOf(all.result)]).toEqual([steps, whole])
  for (const at of [1, steps >> 1, steps - 1]) {
    const kept = new Map([...all.computed].slice(0, at))
    const rest = resume(begin(), kept)
    expect([rest.computed.size, digestOf(rest.result)]).toEqual([steps - at, whole])
  }
})

test('what is thrown in a step is thrown by whoever computes it', () => {
  const work = function* (): BySteps<number> {
    return yield* step('one', () => {
      throw new RangeError('Cannot do it')
    })
  }
  expect(() => runSteps(work())).toThrow('Cannot do it')
})

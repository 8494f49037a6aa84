// Which router a report calls the winner, and how sure it says that is.

import { expect, it } from 'vitest'
import { createRandom } from '#core/random.ts'
import { findings } from '#core/report/findings.ts'
import { judgeRouters } from '#core/report/judge-routers.ts'
import { answersOf, COSTS, DEAR_UPLOAD, gainsOf, heldOutOf, randomScores } from './made-up-outcomes.ts'

const answers = answersOf({ both: 600, onlyEdge: 200, onlyLocal: 50, neither: 150 })
const noise = randomScores(1000, 5)
const withNoise = (amount: number) => gainsOf(answers).map((gain, row) => gain + amount * noise[row]!)
const confidence = heldOutOf('confidence', withNoise(2), 0.3)
const operating = (isMet: boolean) => ({
  policy: { by: 'offload', target: 0.3 } as const,
  isMet,
  words: 'Too dear.',
})

const findingsOf = (others: ReturnType<typeof heldOutOf>[], costs = COSTS) =>
  findings(
    judgeRouters([...others, confidence], {
      answers,
      costs,
      confidence,
      random: createRandom(1),
      resamples: 100,
    }),
    { duplicatesLeftOut: 0, knowsPixels: true },
  )

it('a lead whose interval is above 0 is told with the interval', () => {
  const [first, second] = findingsOf([heldOutOf('logistic', withNoise(1.7), 0.3)])
  expect(first).toMatch(
    /^"logistic" has the highest DGC, .* above confidence, which needs no training\. Offloading 30\.0 %/,
  )
  expect(second).toMatch(
    /^Better in DGC than the local model's own confidence: "logistic" by 0\.\d{3} \(95 % 0\./,
  )
})

it('a lead that may be luck is called so', () => {
  // As good as confidence but for its own noise, of a draw that happens to lie above.
  const other = randomScores(1000, 7)
  const asGood = gainsOf(answers).map((gain, row) => gain + 2 * other[row]!)
  const [first, second] = findingsOf([heldOutOf('margin', asGood, 0.3)])
  expect(first).toMatch(
    /^"margin" has the highest DGC, .* above confidence, which needs no training: no proven lead\./,
  )
  expect(second).toBe("No router has a better DGC than the local model's own confidence.")
})

it('baselines win nothing', () => {
  const [first] = findingsOf([heldOutOf('random', withNoise(0), 0.3)])
  expect(first).toMatch(/^"confidence" has the highest DGC/)
})

it('sending that is cheaper than computing is said to save no energy of the device by routing', () => {
  const saysSo = expect.stringContaining("here routing saves the edge, not the device's energy.")
  expect(findingsOf([])).toContainEqual(saysSo)
  expect(findingsOf([], DEAR_UPLOAD)).not.toContainEqual(saysSo)
})

it('a policy that folds did not keep is told with its words', () => {
  const held = heldOutOf('margin', withNoise(2), 0.3, { operating: [operating(false), operating(true)] })
  expect(findingsOf([held])).toContain('"margin" did not keep its policy in 1 of 2 folds: Too dear.')
})

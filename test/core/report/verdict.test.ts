// The verdict on a router in words, for each way in which it can be better or worse than chance, than its price and than
// confidence.

import { describe, expect, it } from 'vitest'
import { createRandom } from '#core/random.ts'
import { type JudgedPair, type JudgedRouter, judgeRouters } from '#core/report/judge-routers.ts'
import { verdict } from '#core/report/verdict.ts'
import { answersOf, COSTS, DEAR_UPLOAD, gainsOf, heldOutOf } from './made-up-outcomes.ts'

const answers = answersOf({ both: 60, onlyEdge: 20, onlyLocal: 5, neither: 15 })
const confidence = heldOutOf('confidence', gainsOf(answers), 0.4)
const forest = heldOutOf('forest', gainsOf(answers), 0.4)
const interval = (low: number, value: number, high: number) => ({ low, value, high })

function judged(costs = COSTS): { forest: JudgedRouter; confidence: JudgedRouter; pair: JudgedPair } {
  const pair = judgeRouters([forest, confidence], {
    answers,
    costs,
    confidence,
    random: createRandom(1),
    resamples: 20,
  })
  return { forest: pair.routers[0]!, confidence: pair.routers[1]!, pair }
}
const cheap = judged()
const dear = judged(DEAR_UPLOAD)
const figures = {
  dgc: interval(0.22, 0.31, 0.4),
  dgcOverConfidence: interval(-0.4, -0.3, -0.2),
  top1: interval(0.7, 0.73, 0.76),
}
const atEnergy = (randomTop1: number, over: number) => ({
  ...dear.forest.equalEnergy,
  randomTop1,
  overRandom: interval(over - 0.01, over, over + 0.01),
  confidenceTop1: 0.75,
  overConfidence: interval(-0.03, -0.02, -0.01),
})

describe('verdict()', () => {
  it.each<[string, Partial<JudgedRouter>, boolean, string]>([
    [
      'better than chance and worse than confidence',
      { ...figures, equalEnergy: atEnergy(0.725, 0.005) },
      true,
      'Better than chance: DGC 0.31 (95 % 0.22 to 0.40). ' +
        'Offloading 40.0 %, it is right on 73.0 %, 2.0 points more than random at the same offload. ' +
        'It gains most on random at 20.0 %: 17.0 points. ' +
        "Worse than the local model's own confidence: their DGC differs by -0.300 (95 % -0.400 to -0.200). " +
        'At the energy that it costs (0.71 J an image), by lot 52.5 % sent reach 72.5 %, the router 0.5 points more (95 % -0.5 to 1.5). ' +
        'For that energy confidence reaches 75.0 %, the router 2.0 points less (95 % -3.0 to -1.0).',
    ],
    [
      'better than chance, but not for its price',
      { ...figures, dgcOverConfidence: interval(-0.1, 0, 0.1), equalEnergy: atEnergy(0.75, -0.02) },
      true,
      'Better than chance: DGC 0.31 (95 % 0.22 to 0.40). ' +
        'Offloading 40.0 %, it is right on 73.0 %, 2.0 points more than random at the same offload. ' +
        'It gains most on random at 20.0 %: 17.0 points. ' +
        "Not better than the local model's own confidence: their DGC differs by 0.000 (95 % -0.100 to 0.100). " +
        'At the energy that it costs (0.71 J an image), sending images by lot reaches more: 52.5 % sent reach 75.0 %, the router 2.0 points less (95 % -3.0 to -1.0). ' +
        'For that energy confidence reaches 75.0 %, the router 2.0 points less (95 % -3.0 to -1.0).',
    ],
    [
      'an interval that contains 0',
      {
        ...figures,
        dgc: interval(-0.001, 0.02, 0.1),
        top1: interval(0.6, 0.7, 0.8),
        equalEnergy: atEnergy(0.7, 0),
      },
      false,
      'Not better than chance: DGC 0.02 (95 % 0.00 to 0.10). ' +
        'Offloading 40.0 %, it is right on 70.0 %, 1.0 points less than random at the same offload. ' +
        "Worse than the local model's own confidence: their DGC differs by -0.300 (95 % -0.400 to -0.200). " +
        'At the energy that it costs (0.71 J an image), by lot 52.5 % sent reach 70.0 %, the router 0.0 points more (95 % -1.0 to 1.0). ' +
        'For that energy confidence reaches 75.0 %, the router 2.0 points less (95 % -3.0 to -1.0).',
    ],
  ])('%s', (_, change, beatsChance, words) => {
    const answer = verdict({ ...dear.forest, ...change }, dear.pair)
    expect(answer.words).toBe(words)
    expect(answer).toMatchObject({ beatsChance, beatsConfidence: false })
  })

  it.each<[string, Partial<JudgedRouter>, string]>([
    [
      'sends nothing',
      { route: { sent: 0, sentAfterLocal: 0, usesFeatures: true } },
      'it offloads no image at its threshold',
    ],
    [
      'sends everything',
      { route: { sent: 1, sentAfterLocal: 0, usesFeatures: true } },
      'it offloads every image at its threshold',
    ],
    ['has figures that are no numbers', { dgc: interval(Number.NaN, Number.NaN, Number.NaN) }, 'DGC NaN'],
    [
      'looks at no image',
      { held: { ...forest, kind: 'random' } },
      '"random" is a baseline that looks at no image',
    ],
  ])('refuses a router that %s, whatever its order', (_, change, words) => {
    const answer = verdict({ ...cheap.forest, ...change }, cheap.pair)
    expect(answer.beatsChance).toBe(false)
    expect(answer.words).toContain(`Not better than chance: ${words}`)
  })

  it('has nothing to say for a router where only the local model is ever right', () => {
    const shares = { ...cheap.pair.shares, onlyEdgeRight: 0 }
    expect(verdict(cheap.forest, { ...cheap.pair, shares })).toMatchObject({
      beatsChance: false,
      words: 'Not better than chance: there is no image that only the edge model gets right.',
    })
  })

  it('does not compare confidence with itself', () => {
    const answer = verdict(cheap.confidence, cheap.pair)
    expect(answer).toMatchObject({ beatsChance: true, beatsConfidence: null })
    expect(answer.words).not.toContain("than the local model's own confidence")
  })

  it('is better than confidence where the whole paired difference is above 0', () => {
    const better = { ...cheap.forest, dgcOverConfidence: interval(0.01, 0.05, 0.09) }
    const answer = verdict(better, cheap.pair)
    expect(answer.beatsConfidence).toBe(true)
    expect(answer.words).toContain("Better than the local model's own confidence: their DGC differs by 0.050")
  })

  it('says what sending costs where others cannot cost the same', () => {
    expect(verdict(cheap.confidence, cheap.pair).words).toContain(
      'It costs the device 0.54 J an image; sending by lot cannot cost the same, only 0.1 J to 0.5 J.',
    )
    expect(verdict(cheap.forest, cheap.pair).words).toContain(
      'Confidence cannot cost the same: it costs 0.5 J to 0.6 J.',
    )
  })

  it('says where the lots are weak only because the router wastes, and where sending everything is cheaper and better', () => {
    const { words } = verdict({ ...cheap.forest, top1: interval(0.7, 0.73, 0.76) }, cheap.pair)
    expect(words).toContain(
      'Sending saves the device energy here, so that at what it costs (0.39 J an image) lots would have to send less: 27.5 % sent',
    )
    expect(words).toContain('Sending every image costs the device less, 0.1 J, and reaches more, 80.0 %.')
    expect(verdict(cheap.forest, cheap.pair).words).not.toContain('Sending every image')
  })
})

// What the figures say, in words that a person can act on, "no" included: is the router better than drawing lots, is
// it better than the local model's own confidence, which costs nothing to ask, and what is it worth for the energy
// that it costs. Better means that the whole 95 % interval of the DGC, or of the paired difference of two, lies above
// 0. A router that sends nothing, or everything, decides nothing, however well it orders images.

import type { Interval } from '#contract/results/evaluation.ts'
import type { Verdict } from '#contract/results/router-figures.ts'
import type { RouterKind } from '#contract/router-kind.ts'
import type { JudgedPair, JudgedRouter } from './judge-routers.ts'
import { dgcDifference, figure, joules, percent, points, withInterval } from './words.ts'

export const BASELINE_KINDS: readonly RouterKind[] = ['always-local', 'always-edge', 'random']

/** Does this kind look at no image? */
export function isBaseline(kind: RouterKind): boolean {
  return BASELINE_KINDS.includes(kind)
}

export function verdict(router: JudgedRouter, pair: JudgedPair): Verdict {
  const why = whyNoBetter(router, pair)
  const { dgcOverConfidence, bestOffload } = router
  const beatsChance = why === null
  const isPointless = pair.shares.onlyEdgeRight === 0 || isBaseline(router.held.kind)
  const sentences = [
    beatsChance
      ? `Better than chance: DGC ${withInterval(router.dgc, figure)}.`
      : `Not better than chance: ${why}.`,
    ...(isPointless ? [] : [gainWords(router, beatsChance), confidenceWords(dgcOverConfidence)]),
    ...(isPointless ? [] : [energyWords(router, pair)]),
  ]
  return {
    beatsChance,
    beatsConfidence: dgcOverConfidence === null ? null : !isPointless && dgcOverConfidence.low > 0,
    bestOffload,
    words: sentences.filter((sentence) => sentence !== '').join(' '),
  }
}

function whyNoBetter({ held, dgc, route }: JudgedRouter, pair: JudgedPair): string | null {
  if (pair.shares.onlyEdgeRight === 0) return 'there is no image that only the edge model gets right'
  if (isBaseline(held.kind)) return `"${held.kind}" is a baseline that looks at no image`
  const measure = `DGC ${withInterval(dgc, figure)}`
  if (route.sent === 0)
    return `it offloads no image at its threshold, whatever its order is worth (${measure})`
  if (route.sent === 1)
    return `it offloads every image at its threshold, whatever its order is worth (${measure})`
  // Written so that a figure that is not a number is no better either.
  return dgc.low > 0 ? null : measure
}

function gainWords({ route, top1, randomTop1, bestOffload }: JudgedRouter, beatsChance: boolean): string {
  const most = `It gains most on random at ${percent(bestOffload.offload)}: ${points(bestOffload.gain)} points.`
  const gain = `${moreOrLess(top1.value - randomTop1.value)} than random at the same offload`
  const here = `Offloading ${percent(route.sent)}, it is right on ${percent(top1.value)}, ${gain}.`
  return beatsChance ? `${here} ${most}` : here
}

function confidenceWords(difference: Interval | null): string {
  if (difference === null) return ''
  const measure = `their DGC differs by ${withInterval(difference, dgcDifference)}`
  if (difference.low > 0) return `Better than the local model's own confidence: ${measure}.`
  return `${difference.high < 0 ? 'Worse' : 'Not better'} than the local model's own confidence: ${measure}.`
}

/** What equal energy of the device says: against random, against confidence, and against not routing at all. */
export function energyWords(router: JudgedRouter, pair: JudgedPair): string {
  const { held, equalEnergy } = router
  const sentences = [overRandomWords(router, pair)]
  if (equalEnergy.overConfidence !== null)
    sentences.push(
      `For that energy confidence reaches ${reached(equalEnergy.confidenceTop1!, equalEnergy.overConfidence)}.`,
    )
  else if (held.kind !== 'confidence')
    sentences.push(
      `Confidence cannot cost the same: it costs ${range(pair.costs.localJ, pair.costs.localJ + pair.costs.uploadJ)}.`,
    )
  const plain = plainWords(router, pair)
  return plain === '' ? sentences.join(' ') : `${sentences.join(' ')} ${plain}`
}

function overRandomWords(router: JudgedRouter, { costs }: JudgedPair): string {
  const { equalEnergy, randomShareAtEnergy, route } = router
  const { deviceEnergyJ, overRandom, randomTop1 } = equalEnergy
  const price = `${joules(deviceEnergyJ)} an image`
  if (overRandom === null || randomTop1 === null || randomShareAtEnergy === null)
    return `It costs the device ${price}; sending by lot cannot cost the same, only ${range(costs.localJ, costs.uploadJ)}.`
  const lots = `${percent(randomShareAtEnergy)} sent reach ${reached(randomTop1, overRandom)}`
  if (overRandom.high < 0)
    return `At the energy that it costs (${price}), sending images by lot reaches more: ${lots}.`
  // What it wastes is then no point in its favour, only a weaker opponent.
  if (costs.uploadJ < costs.localJ && randomShareAtEnergy < route.sent)
    return `Sending saves the device energy here, so that at what it costs (${price}) lots would have to send less: ${lots}.`
  return `At the energy that it costs (${price}), by lot ${lots}.`
}

/** Sending all or nothing may cost less and reach more: then there is no case for a router in the device's energy. */
function plainWords({ equalEnergy, top1 }: JudgedRouter, pair: JudgedPair): string {
  const { localJ, uploadJ } = pair.costs
  const isBetter = (energyJ: number, reached: number) =>
    energyJ < equalEnergy.deviceEnergyJ && reached > top1.value
  if (isBetter(uploadJ, pair.edgeOnly.value))
    return `Sending every image costs the device less, ${joules(uploadJ)}, and reaches more, ${percent(pair.edgeOnly.value)}.`
  if (isBetter(localJ, pair.localOnly.value))
    return `Sending no image costs the device less, ${joules(localJ)}, and reaches more, ${percent(pair.localOnly.value)}.`
  return ''
}

/** `difference`: of the router's top-1 to `top1`. */
function reached(top1: number, difference: Interval): string {
  const limits = `95 % ${points(difference.low)} to ${points(difference.high)}`
  return `${percent(top1)}, the router ${moreOrLess(difference.value)} (${limits})`
}

function moreOrLess(difference: number): string {
  return `${points(Math.abs(difference))} points ${difference < 0 ? 'less' : 'more'}`
}

function range(a: number, b: number): string {
  const [low, high] = [Math.min(a, b), Math.max(a, b)]
  return low === high ? joules(low) : `${joules(low)} to ${joules(high)}`
}

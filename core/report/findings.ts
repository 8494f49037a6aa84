// What a report says in words, most important first: which router wins and by how much, whether the paper's method
// helps on these images, whether anything is better than asking the local model how sure it is, and what all of them
// are measured against. Where nothing helps, that is the first sentence.

import type { OperatingPoint } from '#contract/results/threshold-policy.ts'
import type { JudgedPair, JudgedRouter } from './judge-routers.ts'
import { energyWords, isBaseline, verdict } from './verdict.ts'
import { dgcDifference, figure, joules, listed, percent, points, withInterval } from './words.ts'

export interface FindingFacts {
  duplicatesLeftOut: number
  /** Could images of equal pixels be looked for? */
  knowsPixels: boolean
}

export function findings(pair: JudgedPair, facts: FindingFacts): string[] {
  const routers = pair.routers
    .filter(({ held }) => !isBaseline(held.kind))
    .toSorted((a, b) => b.dgc.value - a.dgc.value)
  const forest = routers.find(({ held }) => held.kind === 'forest')
  return [
    winnerWords(routers, pair),
    ...(forest === undefined ? [] : [forestWords(forest, pair)]),
    confidenceWords(routers),
    edgeOnlyWords(pair),
    ...routers.flatMap(({ held }) => unmetWords(held.kind, held.operating)),
    ...duplicateWords(facts),
    `Cost of uploading: ${joules(pair.costs.uploadJ)} an image (${pair.costs.uploadSource}).`,
  ].filter((words) => words !== '')
}

function winnerWords(routers: readonly JudgedRouter[], pair: JudgedPair): string {
  const best = routers.find((router) => verdict(router, pair).beatsChance)
  if (best === undefined) return `No router is better than chance on these ${pair.images} images.`
  const { held, route, top1, randomTop1, dgc } = best
  const gain = points(top1.value - randomTop1.value)
  return (
    `"${held.kind}" has the highest DGC, ${withInterval(dgc, figure)}${leadWords(best)}. Offloading ` +
    `${percent(route.sent)}, it is right on ${withInterval(top1, percent)}, ${gain} points above random at the same ` +
    `offload. ${energyWords(best, pair)}`
  )
}

/** The first of many is easily first by luck: what counts is the lead over what needs no training. */
function leadWords({ dgcOverConfidence }: JudgedRouter): string {
  if (dgcOverConfidence === null) return ''
  const lead = `${withInterval(dgcOverConfidence, dgcDifference)} above confidence, which needs no training`
  return dgcOverConfidence.low > 0 ? `, ${lead}` : `, ${lead}: no proven lead`
}

function forestWords(forest: JudgedRouter, pair: JudgedPair): string {
  const { beatsChance, words } = verdict(forest, pair)
  const help = beatsChance ? 'does better than drawing lots' : 'does not help'
  return `The paper's method, a forest before inference, ${help} on these images. ${words}`
}

function confidenceWords(routers: readonly JudgedRouter[]): string {
  const compared = routers.filter(({ dgcOverConfidence }) => dgcOverConfidence !== null)
  if (compared.length === 0) return ''
  const named = (chosen: readonly JudgedRouter[]) =>
    listed(
      chosen.map(
        ({ held, dgcOverConfidence }) =>
          `"${held.kind}" by ${withInterval(dgcOverConfidence!, dgcDifference)}`,
      ),
    )
  const better = compared.filter(({ dgcOverConfidence }) => dgcOverConfidence!.low > 0)
  const worse = compared.filter(({ dgcOverConfidence }) => dgcOverConfidence!.high < 0)
  const first =
    better.length === 0
      ? "No router has a better DGC than the local model's own confidence."
      : `Better in DGC than the local model's own confidence: ${named(better)}.`
  return worse.length === 0 ? first : `${first} Worse than it: ${named(worse)}.`
}

function edgeOnlyWords({ edgeOnly, oracle, shares, costs }: JudgedPair): string {
  const share = oracle.value === 0 ? 0 : edgeOnly.value / oracle.value
  const cheap =
    costs.uploadJ < costs.localJ
      ? ` It costs the device less than computing, ${joules(costs.uploadJ)} against ${joules(costs.localJ)} an image: here routing saves the edge, not the device's energy.`
      : ''
  return (
    `Sending every image reaches ${withInterval(edgeOnly, percent)} without any router, ${percent(share)} of the ` +
    `oracle's ${percent(oracle.value)} (at ${percent(shares.onlyEdgeRight)} offload): a high share of the oracle says little.${cheap}`
  )
}

function unmetWords(kind: string, operating: readonly OperatingPoint[]): string[] {
  const unmet = operating.filter(({ isMet }) => !isMet)
  if (unmet.length === 0) return []
  return [
    `"${kind}" did not keep its policy in ${unmet.length} of ${operating.length} folds: ${unmet[0]!.words}`,
  ]
}

function duplicateWords({ duplicatesLeftOut, knowsPixels }: FindingFacts): string[] {
  if (!knowsPixels)
    return ['Images of equal pixels were not looked for: the profiles were made without digests.']
  if (duplicatesLeftOut === 0) return []
  return [`Left out for having the pixels of an earlier image: ${duplicatesLeftOut}.`]
}

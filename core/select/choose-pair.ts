// Algorithm 1, then algorithm 2 on what it leaves, each among the candidates that are admissible for the role; and
// the reasons in words, for the pair or for there being none. Algorithm 1 is not asked for its second best where
// algorithm 2 finds nobody: that would be another method, and the front of all pairs shows what else there is.

import type { Weights } from '#contract/results/expectations.ts'
import type { Tier } from '#contract/tier.ts'
import { rightOnFailures } from './best-on-failures.ts'
import { type Chosen, chooseEdge, chooseLocal } from './choose-for-role.ts'
import { compareNames } from './fastest-local.ts'
import { countOf, type PairCandidate } from './pair-candidate.ts'

/** A candidate with what speaks against it in either role. */
export interface Ruled {
  readonly candidate: PairCandidate
  readonly against: Readonly<Record<Tier, readonly string[]>>
}

export interface Choice {
  readonly local: Chosen
  readonly edge: Chosen
  readonly reasons: readonly string[]
}

const NOBODY: Chosen = { chosen: undefined, sums: new Map() }

export function choosePair(ruled: readonly Ruled[], weights: Weights | undefined): Choice {
  const local = chooseLocal(admissible('local', ruled), weights)
  const none = (...reasons: string[]): Choice => ({ local, edge: NOBODY, reasons })
  if (ruled.length < 2) return none(`No pair: there are ${ruled.length} candidates, expected at least 2.`)
  const first = local.chosen
  if (first === undefined) return none(...whyNobody('local', ruled))
  const failures = first.localRight.length - countOf(first.localRight)
  if (failures === 0)
    return none(
      `No pair: "${first.name}", the local model, is right on all ${first.localRight.length} images and needs no edge.`,
    )
  const others = ruled.filter(({ candidate }) => candidate !== first)
  const able = admissible('edge', others)
  if (able.length === 0) return none(...whyNobody('edge', others))
  const edge = chooseEdge(able, first, weights)
  if (edge.chosen === undefined) {
    const who = able.length < others.length ? 'other admissible candidate' : 'other candidate'
    return none(`No pair: no ${who} is right on any of the ${failures} images "${first.name}" fails.`)
  }
  return {
    local,
    edge,
    reasons: [
      whyLocal(local, ruled, weights),
      whyEdge(edge, first, weights),
      ...whoIsOut('local', ruled),
      ...whoIsOut('edge', others),
    ],
  }
}

function admissible(role: Tier, ruled: readonly Ruled[]): PairCandidate[] {
  return ruled.filter(({ against }) => against[role].length === 0).map(({ candidate }) => candidate)
}

function whyLocal({ chosen, sums }: Chosen, ruled: readonly Ruled[], weights: Weights | undefined): string {
  const { name, modelId, localLatencyMeanMs } = chosen!
  const among = admissible('local', ruled).length < ruled.length ? ' of the admissible candidates' : ''
  if (weights === undefined)
    return `"${name}" has the least mean latency on the local device${among}: ${localLatencyMeanMs.toFixed(1)} ms (algorithm 1).`
  return `"${name}" has the least weighted sum on the local device${among}: ${sums.get(modelId)!.toFixed(3)} (algorithm 1 with ${inWords(weights)}).`
}

function whyEdge({ chosen, sums }: Chosen, local: PairCandidate, weights: Weights | undefined): string {
  const { name, modelId, right } = chosen!
  const failures = local.localRight.length - countOf(local.localRight)
  const hits = rightOnFailures(right, local.localRight)
  const share = `${hits}, ${((100 * hits) / failures).toFixed(1)} %`
  if (weights === undefined)
    return `"${name}" is right on most of the ${failures} images that it fails: ${share} (algorithm 2).`
  return `"${name}" has the least weighted sum of the others: ${sums.get(modelId)!.toFixed(3)}; of the ${failures} images that "${local.name}" fails it is right on ${share} (algorithm 2 with ${inWords(weights)}).`
}

/** Such as "latency x 1, energy x 0.5". */
function inWords(weights: Weights): string {
  return Object.entries(weights)
    .filter(([, weight]) => weight !== undefined && weight > 0)
    .map(([figure, weight]) => `${figure} x ${weight}`)
    .sort()
    .join(', ')
}

function whyNobody(role: Tier, ruled: readonly Ruled[]): string[] {
  return [
    `No pair: none of the ${ruled.length} candidates is admissible as the ${role} model.`,
    ...whoIsOut(role, ruled),
  ]
}

function whoIsOut(role: Tier, ruled: readonly Ruled[]): string[] {
  return ruled
    .filter(({ against }) => against[role].length > 0)
    .toSorted((a, b) => compareNames(a.candidate.name, b.candidate.name))
    .map(
      ({ candidate, against }) =>
        `Not as the ${role} model, "${candidate.name}": ${against[role].join('; ')}.`,
    )
}

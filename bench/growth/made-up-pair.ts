// Candidates with made-up outcomes of known shares (the light model fails 29 %, the heavy one is right on 44 % of those and
// wrong on 5 % of the others, as published), and what an admin waits for: a selection and its strategy table. In seconds
// of the processor, so that what else the machine does counts little.

import type { PairCosts } from '#contract/results/evaluation.ts'
import type { HeldOut } from '#core/evaluate/held-out.ts'
import { createRandom } from '#core/random.ts'
import { judgeRouters } from '#core/report/judge-routers.ts'
import { strategyTable } from '#core/report/strategy-table.ts'
import type { PairCandidate } from '#core/select/pair-candidate.ts'
import { selectPair } from '#core/select/select-pair.ts'

export interface MadeUpSize {
  readonly models: number
  readonly images: number
}

export const COSTS: PairCosts = {
  featuresMs: 20,
  featuresJ: 0.047,
  localMs: 519.63,
  localJ: 0.49,
  edgeMs: 107.18,
  edgeJ: 2.4,
  uploadMs: 30,
  uploadJ: 0.058,
  uploadSource: 'published',
}

export function makeCandidates({ models, images }: MadeUpSize, random: () => number): PairCandidate[] {
  const difficulty = Float64Array.from({ length: images }, random)
  return Array.from({ length: models }, (_, model) => {
    const fails = 0.293 - 0.09 * (model / Math.max(1, models - 1))
    const right = Uint8Array.from(difficulty, (hard) => (0.7 * hard + 0.3 * random() < 1 - fails ? 1 : 0))
    return {
      modelId: `m${model}`,
      name: `model-${model}`,
      localLatencyMeanMs: 500 + 400 * model,
      localEnergyJ: 0.5 + 0.5 * model,
      edgeLatencyMeanMs: 18 + 8 * model,
      edgeEnergyJ: 0.14 + 0.2 * model,
      localPeakMemoryBytes: 5e7 + 1e7 * model,
      sizeBytes: 1.6e7 + 1e7 * model,
      right,
      localRight: right,
      localTopProbability: Float64Array.from(difficulty, (hard) => 1 - 0.6 * hard - 0.3 * random()),
    }
  })
}

export function heldOut(kind: HeldOut['kind'], scores: Float64Array): HeldOut {
  const isRandom = kind === 'random'
  const threshold = scores.toSorted()[Math.floor(0.7 * scores.length)]!
  return {
    kind,
    scores,
    offloaded: Uint8Array.from(scores, (score) => (score >= threshold ? 1 : 0)),
    sentAfterLocal: new Uint8Array(scores.length).fill(isRandom ? 0 : 1),
    usesFeatures: false,
    operating: [],
  }
}

export function processorS(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Both algorithms, then the whole strategy table of the chosen pair with four routers; answers when each was done. */
export function selectAndJudge(size: MadeUpSize): { startedS: number; selectedS: number; judgedS: number } {
  const random = createRandom(1)
  const candidates = makeCandidates(size, random)
  const sureness = candidates[0]!.localTopProbability
  const routers = (['confidence', 'margin', 'entropy', 'random'] as const).map((kind) =>
    heldOut(
      kind,
      sureness.map((p) => (kind === 'random' ? random() : 1 - p + 0.05 * random())),
    ),
  )
  const startedS = processorS()
  const selected = selectPair(candidates)
  if (!selected.ok) throw new Error(selected.reasons.join(' '))
  const selectedS = processorS()
  const rightOf = (id: string) => candidates.find(({ modelId }) => modelId === id)!.right
  const answers = {
    localRight: rightOf(selected.localModelId),
    edgeRight: rightOf(selected.edgeModelId),
  }
  const table = strategyTable(
    judgeRouters(routers, { answers, costs: COSTS, confidence: routers[0]!, random: createRandom(1, 2) }),
  )
  if (table.length < 2 * routers.length + 2) throw new Error(`the table has ${table.length} rows`)
  return { startedS, selectedS, judgedS: processorS() }
}

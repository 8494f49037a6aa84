// Are selection and the strategy table quick enough to wait for? Twelve models on 50,000 images, the size of the
// paper's experiment: algorithms 1 and 2, then the whole table for the chosen pair, with four routers and a thousand
// resamples. Outcomes are made up with known shares: the light model fails 29 %, the heavy one is right on 44 % of
// those and wrong on 5 % of the others, as published. Measured in a process of its own, so that the memory is its own,
// and in seconds of the processor, so that what else the machine does counts little. Both bars are the house's own.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { PairCosts } from '#contract/results/evaluation.ts'
import type { HeldOut } from '#core/evaluate/held-out.ts'
import { createRandom } from '#core/random.ts'
import { judgeRouters } from '#core/report/judge-routers.ts'
import { strategyTable } from '#core/report/strategy-table.ts'
import type { PairCandidate } from '#core/select/pair-candidate.ts'
import { selectPair } from '#core/select/select-pair.ts'
import type { BenchLine } from './bench-line.ts'

const MODELS = 12
const IMAGES = 50_000
const BUDGET_S = 5
const BUDGET_BYTES = 1e9

interface Measured {
  selectS: number
  judgeS: number
  peakBytes: number
}

export async function benchEvaluation(): Promise<BenchLine[]> {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(import.meta.url), 'measure'],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`Cannot measure evaluation: its process ended with ${status}: ${stderr}`)
  const { selectS, judgeS, peakBytes } = JSON.parse(stdout) as Measured
  const totalS = selectS + judgeS
  return [
    {
      name: `evaluation: ${MODELS} models x ${IMAGES} images, time`,
      ratio: totalS / BUDGET_S,
      bar: 1,
      detail: `${totalS.toFixed(2)} s of ${BUDGET_S} s (selection ${selectS.toFixed(2)} s, strategy table ${judgeS.toFixed(2)} s)`,
    },
    {
      name: `evaluation: ${MODELS} models x ${IMAGES} images, memory`,
      ratio: peakBytes / BUDGET_BYTES,
      bar: 1,
      detail: `${(peakBytes / 1e6).toFixed(0)} MB of ${BUDGET_BYTES / 1e6} MB at its peak`,
    },
  ]
}

const COSTS: PairCosts = {
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

function makeCandidates(random: () => number): PairCandidate[] {
  const difficulty = Float64Array.from({ length: IMAGES }, random)
  return Array.from({ length: MODELS }, (_, model) => {
    const fails = 0.293 - 0.09 * (model / (MODELS - 1))
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

function heldOut(kind: HeldOut['kind'], scores: Float64Array): HeldOut {
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

function processorS(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function measure(): Measured {
  const random = createRandom(1)
  const candidates = makeCandidates(random)
  const sureness = candidates[0]!.localTopProbability
  const routers = (['confidence', 'margin', 'entropy', 'random'] as const).map((kind) =>
    heldOut(
      kind,
      sureness.map((p) => (kind === 'random' ? random() : 1 - p + 0.05 * random())),
    ),
  )
  const started = processorS()
  const selected = selectPair(candidates)
  if (!selected.ok) throw new Error(selected.reasons.join(' '))
  const selectedAt = processorS()
  const rightOf = (id: string) => candidates.find(({ modelId }) => modelId === id)!.right
  const answers = {
    localRight: rightOf(selected.localModelId),
    edgeRight: rightOf(selected.edgeModelId),
  }
  const table = strategyTable(
    judgeRouters(routers, { answers, costs: COSTS, confidence: routers[0]!, random: createRandom(1, 2) }),
  )
  if (table.length < 2 * routers.length + 2) throw new Error(`the table has ${table.length} rows`)
  const judgedAt = processorS()
  return {
    selectS: selectedAt - started,
    judgeS: judgedAt - selectedAt,
    // Kilobytes on every platform.
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }
}

if (process.argv[2] === 'measure' && process.argv[1] === fileURLToPath(import.meta.url))
  process.stdout.write(`${JSON.stringify(measure())}\n`)

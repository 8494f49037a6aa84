// Are selection and the strategy table quick enough to wait for? Twelve models on 50,000 images, the size of the
// paper's experiment: algorithms 1 and 2, then the whole table for the chosen pair, with four routers and a thousand
// resamples. Outcomes are made up with known shares: the light model fails 29 %, the heavy one is right on 44 % of
// those and wrong on 5 % of the others, as published. Measured in a process of its own, so that the memory is its own,
// and in seconds of the processor, so that what else the machine does counts little. Both bars are the house's own.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { BenchLine, BenchOptions } from './bench-line.ts'
import { selectAndJudge } from './growth/made-up-pair.ts'
import { spreadOf, told } from './serve/rig/rounds.ts'

const MODELS = 12
const IMAGES = 50_000
const RUNS = 3
const BUDGET_S = 5
const BUDGET_BYTES = 1e9

interface Measured {
  selectS: number
  judgeS: number
  peakBytes: number
}

export async function benchEvaluation({ quick }: BenchOptions): Promise<BenchLine[]> {
  const runs = Array.from({ length: quick ? 1 : RUNS }, measureApart)
  const of = (name: string, share: (run: Measured) => number, detail: string): BenchLine => {
    const { median, least, most } = spreadOf(runs.map(share))
    return {
      name: `evaluation: ${MODELS} models x ${IMAGES} images, ${name}`,
      ...{ ratio: median, bar: 1, spread: { least, most }, detail },
    }
  }
  const seconds = (share: (run: Measured) => number) => told(spreadOf(runs.map(share)))
  return [
    of(
      'time',
      ({ selectS, judgeS }) => (selectS + judgeS) / BUDGET_S,
      `${seconds((run) => run.selectS + run.judgeS)} s of ${BUDGET_S} s (selection ${seconds((run) => run.selectS)} s, strategy table ${seconds((run) => run.judgeS)} s)`,
    ),
    of(
      'memory',
      ({ peakBytes }) => peakBytes / BUDGET_BYTES,
      `${told(spreadOf(runs.map((run) => run.peakBytes / 1e6)), 0)} MB of ${BUDGET_BYTES / 1e6} MB at its peak`,
    ),
  ]
}

function measureApart(): Measured {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(import.meta.url), 'measure'],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`Cannot measure evaluation: its process ended with ${status}: ${stderr}`)
  return JSON.parse(stdout) as Measured
}

function measure(): Measured {
  const { startedS, selectedS, judgedS } = selectAndJudge({ models: MODELS, images: IMAGES })
  return {
    selectS: selectedS - startedS,
    judgeS: judgedS - selectedS,
    // Kilobytes on every platform.
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }
}

if (process.argv[2] === 'measure' && process.argv[1] === fileURLToPath(import.meta.url))
  process.stdout.write(`${JSON.stringify(measure())}\n`)

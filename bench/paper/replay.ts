// `npm run bench paper`: the paper's comparison of strategies (its Figures 19 to 22) computed again from its own published
// figures, and the question that it leaves open: how good must the pre-classifier be for the headline of 83.23 %? It
// writes bench/results/paper.md. Nothing is timed and nothing of the data in ../shared is read: the figures are few, and
// stand in published-pair.ts.

import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { BenchLine } from '../bench-line.ts'
import { resultsFolder } from '../report/results-folder.ts'
import { drawReplay } from './draw-replay.ts'
import { type Judged, judgeSimulated } from './judge-simulated.ts'
import { MEASURED, replayPage } from './page.ts'
import { publishedOutcomes } from './published-pair.ts'
import { distanceOfAuc, simulateRouter, type Target } from './simulated-router.ts'
import { strategiesOf } from './strategies.ts'

export const HEADLINE = 0.8323
const SEED = 2020

const TARGETS: readonly Target[] = ['only the edge is right', 'the local model is wrong']
const AUCS = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1]
/** So far apart that no score is on the wrong side. */
const PERFECT = 12

export interface Reading {
  readonly target: Target
  readonly points: readonly Judged[]
  /** The least good router that reaches the headline; null where a perfect one does not. */
  readonly needed: Judged | null
}

export async function benchPaper(): Promise<BenchLine[]> {
  const outcomes = publishedOutcomes()
  const judge = (target: Target, distance: number) =>
    judgeSimulated(outcomes, simulateRouter(outcomes, target, distance, SEED))
  const readings = TARGETS.map(
    (target): Reading => ({
      target,
      points: AUCS.map((auc) => judge(target, auc === 1 ? PERFECT : distanceOfAuc(auc))),
      needed: leastThatReaches((distance) => judge(target, distance)),
    }),
  )
  const measured = (auc: number) => judge('only the edge is right', distanceOfAuc(auc))
  const strategies = strategiesOf(outcomes, readings.find(({ needed }) => needed)?.needed ?? undefined)
  const plots = await drawReplay(
    strategies,
    readings,
    MEASURED.map(({ router, auc }) => ({ router, auc, top1: measured(auc).top1 })),
  )
  const page = replayPage({ outcomes, readings, measured, seed: SEED, strategies, plots })
  await mkdir(resultsFolder(), { recursive: true })
  await writeFile(path.join(resultsFolder(), 'paper.md'), page)
  return readings.map(({ target, points, needed }) => ({
    name: `paper: AUC for 83.23 %, if ${target}`,
    ratio: needed?.aucOfTarget ?? Number.NaN,
    bar: Number.NaN,
    detail: needed
      ? `right in ${(needed.rightDecisions * 100).toFixed(1)} % of its decisions`
      : `out of reach: a perfect one has ${(points.at(-1)!.top1 * 100).toFixed(2)} % at the published share`,
  }))
}

/** Top-1 grows with the distance: bisection. */
function leastThatReaches(judge: (distance: number) => Judged): Judged | null {
  let [low, high] = [0, PERFECT]
  if (judge(high).top1 < HEADLINE) return null
  for (let step = 0; step < 20; step++) {
    const middle = (low + high) / 2
    if (judge(middle).top1 < HEADLINE) low = middle
    else high = middle
  }
  return judge(high)
}

// Ablation (paper, section 4: from ten features to seven, Table 5; Figures 9 and 10 for what is left): a forest
// without each feature in turn, and the one that is missed least goes. Judged by AUC, because the threshold is set
// later and accuracy at one cut says little where few images need the edge. All forests of a step take the same
// stream of draws; each step takes a fresh one, so that a set that was lucky once is judged anew. Where features
// hardly tell anything, the differences are chance: the figures are kept to show that.

import type { RankedTable } from '../forest/ranked-table.ts'
import { type ColumnForestOptions, type Judgement, judgeColumns } from './column-forest.ts'

export interface Ablated extends Judgement {
  without: (Judgement & { feature: number })[]
  dropped: number
}

export interface Missed {
  feature: number
  aucLoss: number
  accuracyLoss: number
}

/** Drops columns one at a time until `kept` are left; of two that cost the same AUC the later goes. */
export function ablate(
  table: RankedTable,
  columns: readonly number[],
  options: ColumnForestOptions & { kept: number },
): { steps: Ablated[]; left: number[] } {
  const steps: Ablated[] = []
  let left = [...columns]
  while (left.length > Math.max(1, options.kept)) {
    const step = judgeWithoutEach(table, left, { ...options, stream: left.length })
    const best = Math.max(...step.without.map((judged) => judged.auc))
    const dropped = step.without.findLast((judged) => judged.auc === best)!.feature
    steps.push({ ...step, dropped })
    left = left.filter((column) => column !== dropped)
  }
  return { steps, left }
}

/** What is lost without each of the columns: out-of-bag AUC and accuracy, negative for a burden. */
export function measureLosses(
  table: RankedTable,
  columns: readonly number[],
  options: ColumnForestOptions,
): Missed[] {
  const whole = judgeWithoutEach(table, columns, { ...options, stream: 0 })
  return whole.without.map(({ feature, auc, accuracy }) => ({
    feature,
    aucLoss: whole.auc - auc,
    accuracyLoss: whole.accuracy - accuracy,
  }))
}

function judgeWithoutEach(
  table: RankedTable,
  columns: readonly number[],
  options: ColumnForestOptions & { stream: number },
): Omit<Ablated, 'dropped'> {
  const without = columns.map((feature) => ({
    feature,
    ...judgeColumns(
      table,
      columns.filter((column) => column !== feature),
      options,
    ),
  }))
  return { ...judgeColumns(table, columns, options), without }
}

// The paper's selection of features (section 4) on the rows of one training part: scale, prune what is correlated,
// rank by recursive elimination and chi-squared, ablate down to those that a device computes. Every table on the
// way is in the answer. Whoever evaluates calls it inside each fold: a selection that has seen the held-out images
// is a leak. Correlations and chi-squared do not depend on the rows' order (beyond rounding); the forests do,
// because a bootstrap draws rows by their place. With labels of one kind only nothing tells features apart, and the
// first ones of the list are kept.

import { FEATURE_NAMES, type FeatureName } from '#contract/features.ts'
import type { FeatureSelection } from '#contract/results/feature-selection.ts'
import { type RankedTable, rankTable } from '../forest/ranked-table.ts'
import { createRandom } from '../random.ts'
import { scaleRow } from '../route/forest-score.ts'
import { fitScaler } from '../train/min-max-scaler.ts'
import { ablate, measureLosses } from './ablation.ts'
import { chiSquared } from './chi-squared.ts'
import type { ColumnForestOptions } from './column-forest.ts'
import { correlationMatrix, labelCorrelations } from './pearson.ts'
import { pruneCorrelated } from './prune-correlated.ts'
import { type RankedColumn, sumRanks } from './rank-sum.ts'
import { eliminateRecursively } from './recursive-elimination.ts'

export interface FeatureSamples {
  /** n x 29, not scaled, in the order of `FEATURE_NAMES`. */
  rows: readonly (readonly number[])[]
  /** 1 where the image needs the edge. */
  labels: Uint8Array
}

export interface FeatureChoiceOptions {
  seed: number
  stream?: number
  /** |r| above which one of two features goes. */
  pruneAbove?: number
  /** Features left after ranking, at most. */
  ranked?: number
  /** Features left after ablation, at most. */
  kept?: number
  trees?: number
  depth?: number
}

/**
 * The paper's 0.75, ten, seven and depth 4. 40 trees where a router has 100, because about sixty forests are grown:
 * 0.8 s for 1,210 rows, and ten times that for ten times as many.
 */
const PAPER = { stream: 0, pruneAbove: 0.75, ranked: 10, kept: 7, trees: 40, depth: 4 }

/** Fewer than `kept` are selected where pruning, or features without two values, leave fewer; never none. */
export function chooseFeatures(samples: FeatureSamples, options: FeatureChoiceOptions): FeatureSelection {
  const settings = { ...PAPER, ...options }
  checkSamples(samples)
  checkSettings(settings)
  const { labels } = samples
  const scaler = fitScaler(samples.rows)
  const rows = samples.rows.map((row) => scaleRow(scaler, row))
  const table = rankTable(rows, labels)
  const nextSeed = createSeeds(settings)
  const forest = (): ColumnForestOptions => ({ ...settings, seed: nextSeed() })

  const correlation = correlationMatrix(rows)
  const pruned = pruneCorrelated(correlation, labelCorrelations(rows, labels), settings.pruneAbove)
  const eliminated = eliminateRecursively(table, pruned.left, forest())
  const ranking = sumRanks(eliminated, chiSquared(rows, labels))
  const afterRanking = bestRanked(ranking, table, settings.ranked)
  const { steps, left } = ablate(table, afterRanking, { ...forest(), kept: settings.kept })
  return {
    rows: rows.length,
    correlation,
    pruned: pruned.groups.map(({ kept, dropped }) => ({ kept: nameOf(kept), dropped: dropped.map(named) })),
    afterPruning: pruned.left.map(nameOf),
    ranking: ranking.map(named),
    afterRanking: afterRanking.map(nameOf),
    ablation: steps.map((step) => ({
      auc: step.auc,
      accuracy: step.accuracy,
      without: step.without.map(named),
      dropped: nameOf(step.dropped),
    })),
    selected: left.map(nameOf),
    importance: measureLosses(table, left, forest()).map(named),
  }
}

/** In the order of the feature list. Features without two values say nothing and are passed over, unless all are so. */
function bestRanked(ranking: readonly RankedColumn[], table: RankedTable, count: number): number[] {
  const varying = ranking.filter(({ feature }) => {
    const first = table.rows[0]![feature]
    return table.rows.some((row) => row[feature] !== first)
  })
  const candidates = varying.length > 0 ? varying : ranking
  return candidates
    .slice(0, count)
    .map(({ feature }) => feature)
    .sort((a, b) => a - b)
}

/** A seed for each part, so that none shares draws with another or with the caller's other streams. */
function createSeeds({ seed, stream }: { seed: number; stream: number }): () => number {
  const random = createRandom(seed, stream)
  return () => random() * 2 ** 32
}

function nameOf(column: number): FeatureName {
  return FEATURE_NAMES[column]!
}

function named<T extends { feature: number }>(row: T): Omit<T, 'feature'> & { feature: FeatureName } {
  return { ...row, feature: nameOf(row.feature) }
}

function checkSamples({ rows, labels }: FeatureSamples): void {
  if (rows.length === 0 || rows.length !== labels.length)
    throw new RangeError(
      `Cannot choose features: are ${rows.length} rows and ${labels.length} labels, expected as many of both, at least one`,
    )
  for (const [row, values] of rows.entries()) {
    if (values.length === FEATURE_NAMES.length && values.every(Number.isFinite)) continue
    throw new RangeError(
      `Cannot choose features: row ${row} is not ${FEATURE_NAMES.length} finite numbers, expected one a name`,
    )
  }
}

function checkSettings(settings: { ranked: number; kept: number; pruneAbove: number }): void {
  for (const name of ['ranked', 'kept'] as const)
    if (!Number.isInteger(settings[name]) || settings[name] < 1)
      throw new RangeError(`Cannot choose features: "${name}" is ${settings[name]}, expected 1 or more`)
  if (!(settings.pruneAbove >= 0 && settings.pruneAbove <= 1))
    throw new RangeError(
      `Cannot choose features: "pruneAbove" is ${settings.pruneAbove}, expected 0 to 1, as |r| is`,
    )
}

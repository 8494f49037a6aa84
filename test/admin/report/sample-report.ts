// A report as one might be, made by hand: a pair of 1,000 images, a forest that is no better than chance, confidence
// that is, and a selection in which two features say the same.

import { FEATURE_NAMES, type FeatureName, RUNTIME_FEATURES } from '#contract/features.ts'
import type { FeatureSelection } from '#contract/results/feature-selection.ts'
import type { LearnerFigures } from '#contract/results/learner-figures.ts'
import type { PairReport } from '#contract/results/pair-report.ts'
import type { RouterFigures } from '#contract/results/router-figures.ts'
import type { StrategyFigures } from '#contract/results/strategy-figures.ts'

const around = (value: number, half = 0.02) => ({ value, low: value - half, high: value + half })

const shares = { bothRight: 0.62, onlyEdgeRight: 0.2, onlyLocalRight: 0.05, bothWrong: 0.13 }
const [LOCAL, EDGE] = [0.67, 0.82]
/** What an oracle gains over chance, by area. */
const GAP = (0.2 * 0.8 + 0.05 * 0.95) / 2

function router(kind: RouterFigures['kind'], dgc: number): RouterFigures {
  const isCascade = kind !== 'forest'
  const gainAt = (offload: number) => dgc * 4 * GAP * offload * (1 - offload)
  const offloads = Array.from({ length: 21 }, (_, i) => i / 20)
  const beatsChance = dgc > 0.05
  return {
    kind,
    isCascade,
    operating: [
      {
        policy: { by: 'offload', target: 0.3 },
        isMet: beatsChance,
        words: `Offloads as the ${kind} was asked to.`,
      },
    ],
    auc: around(0.5 + dgc / 2),
    audc: around((LOCAL + EDGE) / 2 + dgc * GAP),
    dgc: around(dgc, 0.05),
    dgcOverConfidence: kind === 'confidence' ? null : around(dgc - 0.45, 0.06),
    curve: offloads.map((offload) => ({
      offload,
      top1: LOCAL + offload * (EDGE - LOCAL) + gainAt(offload),
      deviceEnergyJ: isCascade ? 0.3 + 0.058 * offload : 0.347 - 0.242 * offload,
    })),
    equalEnergy: {
      deviceEnergyJ: isCascade ? 0.3174 : 0.2744,
      top1: around(0.75),
      randomTop1: isCascade ? null : 0.731,
      confidenceTop1: null,
      overRandom: isCascade ? null : around(0.019, 0.03),
      overConfidence: null,
    },
    verdict: {
      beatsChance,
      beatsConfidence: kind === 'confidence' ? null : false,
      bestOffload: { offload: 0.5, gain: 0.0411 },
      words: `The ${kind} is ${beatsChance ? 'better' : 'not better'} than chance.`,
    },
  }
}

function strategy(name: StrategyFigures['name'], top1: number, sent: number): StrategyFigures {
  const energy = { featuresJ: name === 'forest' ? 0.047 : 0, localJ: 0.3, uploadJ: 0.058 * sent }
  const decides = name !== 'local-only' && name !== 'edge-only'
  return {
    name,
    offloadShare: sent,
    top1: around(top1),
    latencyMeanMs: 33.3 + sent,
    deviceEnergyJ: energy.featuresJ + energy.localJ + energy.uploadJ,
    energy,
    precision: decides ? 0.412 : null,
    recall: decides ? 0.513 : null,
    f1: decides ? 0.457 : null,
    shareOfOracle: top1 / 0.87,
  }
}

export const selection: FeatureSelection = {
  rows: 1000,
  correlation: FEATURE_NAMES.map((_, i) =>
    FEATURE_NAMES.map((_, j) => (i === j ? 1 : i + j === 3 ? -0.91 : 0.05)),
  ),
  pruned: [{ kept: 'avg_brightness', dropped: [{ feature: 'brightness_rms', r: -0.91 }] }],
  afterPruning: FEATURE_NAMES.filter((name) => name !== 'brightness_rms'),
  ranking: FEATURE_NAMES.slice(0, 12).map((feature, i) => ({
    feature,
    rfeRank: i + 1,
    chiSquared: 12.34 - i,
    chiSquaredRank: i + 1,
    rankSum: 2 * i + 2,
  })),
  afterRanking: FEATURE_NAMES.slice(0, 10),
  ablation: [
    {
      auc: 0.531,
      accuracy: 0.71,
      without: [{ feature: 'hue1', auc: 0.533, accuracy: 0.72 }],
      dropped: 'hue1',
    },
  ],
  selected: [...RUNTIME_FEATURES],
  importance: RUNTIME_FEATURES.map((feature: FeatureName, i) => ({
    feature,
    aucLoss: 0.0123 - i / 500,
    accuracyLoss: 0.0234 - i / 300,
  })),
}

function learner(name: LearnerFigures['learner'], settings: string[]): LearnerFigures {
  const figures = { precision: 0.31, recall: 0.42, f1: 0.357, accuracy: 0.66, auc: 0.543 }
  return {
    learner: name,
    setting: settings[0]!,
    settingsByFold: [settings[0]!, settings.at(-1)!],
    tuning: settings.map((setting, i) => ({ setting, ...figures, auc: 0.543 - i / 100 })),
    ...figures,
  }
}

export const sampleReport: PairReport = {
  schema: 1,
  localModel: 'mobilenet_v1',
  edgeModel: 'inception_v4',
  dataset: 'scenes',
  images: 1000,
  duplicatesLeftOut: 7,
  folds: 10,
  seed: 1,
  featureChoice: 'nested',
  shares,
  costs: {
    featuresMs: 4.1,
    featuresJ: 0.047,
    localMs: 33.3,
    localJ: 0.3,
    edgeMs: 18.2,
    edgeJ: 0.9,
    uploadMs: 44.4,
    uploadJ: 0.058,
    uploadSource: 'made up for this sample',
  },
  randomAudc: (LOCAL + EDGE) / 2,
  oracleAudc: (LOCAL + EDGE) / 2 + GAP,
  strategies: [
    strategy('local-only', LOCAL, 0),
    strategy('edge-only', EDGE, 1),
    strategy('forest', 0.721, 0.3),
    { ...strategy('random', 0.715, 0.3), matches: 'forest' },
    strategy('confidence', 0.769, 0.31),
    { ...strategy('random', 0.7165, 0.31), matches: 'confidence' },
    strategy('oracle', 0.87, 0.2),
  ],
  routers: [router('forest', 0.03), router('confidence', 0.45)],
  featureSelections: [selection, selection],
  selectionOfAll: selection,
  featureCounts: [
    { feature: 'n_keypoints', folds: 2 },
    { feature: 'hue7', folds: 1 },
  ],
  learners: [
    learner('knn', ['K = 9', 'K = 11']),
    learner('random-forest', ['depth 4', 'depth 6']),
    learner('adaboost', ['tree stump', 'linear SVM']),
    learner('one-vs-rest', ['linear SVM', 'tree']),
  ],
  findings: ['Confidence is best: 76.9 % right.', 'The forest does not help on these images.'],
}

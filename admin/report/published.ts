// What the paper states, to stand beside what was measured here: Ren, Gao, Yu, Yuan, "Energy-Efficient Deep Learning
// Task Scheduling Strategy for Edge Device", Chinese Journal of Computers 43(3), 2020. Figures that it only draws are
// left out. MobileNet v1 on a Raspberry Pi 3 B+, Inception v4 on a Jetson TX2, 50,000 images of ILSVRC 2012; "heavy
// alone" is its Inception v4 on the Pi itself, not at the edge.

import type { FeatureName } from '#contract/features.ts'

export const PAPER = {
  title: 'Energy-Efficient Deep Learning Task Scheduling Strategy for Edge Device (Ren, Gao, Yu, Yuan, 2020)',
  doi: '10.11897/SP.J.1016.2020.00440',
} as const

export const PUBLISHED = {
  shares: { bothRight: 0.672, onlyEdgeRight: 0.1296, onlyLocalRight: 0.035 },
  edgeTop1OnLocalFailures: 0.4391,
  top1: { local: 0.7097, routed: 0.8323, heavyAlone: 0.8012, oracle: 0.8371 },
  latencyMs: { local: 519.63, routed: 561.7, heavyAlone: 6680 },
  deviceEnergyJ: { local: 0.49, routed: 0.45, heavyAlone: 6.66 },
  breakdownJ: { features: 0.047, preClassifier: 0.001, localInference: 0.345, upload: 0.058 },
  shareOfOracle: 0.9945,
  learners: { knn: 'k = 9', 'random-forest': 'depth 4', adaboost: 'SVM', 'one-vs-rest': 'SVM' },
  features: { initial: 29, afterPruning: 16 },
} as const

interface PublishedGroup {
  readonly kept: FeatureName
  readonly dropped: readonly FeatureName[]
  readonly r: string
}

/** Table 3. */
export const PUBLISHED_GROUPS: readonly PublishedGroup[] = [
  {
    kept: 'avg_perceived_brightness',
    dropped: ['perceived_brightness_rms', 'avg_brightness', 'brightness_rms'],
    r: '0.98, 0.91, 0.88',
  },
  {
    kept: 'edge_length1',
    dropped: ['edge_length4', 'edge_length5', 'edge_length6', 'edge_length7'],
    r: '0.78 to 0.85',
  },
  { kept: 'hue1', dropped: ['hue2', 'hue3', 'hue4', 'hue5', 'hue6'], r: '0.99' },
]

/** The ten that its ranking keeps. */
export const PUBLISHED_RANKED: readonly FeatureName[] = [
  'n_keypoints',
  'aspect_ratio',
  'area_by_perim',
  'contrast',
  'edge_length1',
  'avg_perceived_brightness',
  'edge_length3',
  'edge_angle5',
  'hue1',
  'hue7',
]

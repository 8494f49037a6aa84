// The 29 features in words, for people who have not read the paper's Table 2.

import type { FeatureName } from '#contract/features.ts'

const NAMES: Readonly<Record<string, string>> = {
  n_keypoints: 'Key points',
  avg_brightness: 'Brightness',
  brightness_rms: 'Brightness, rms',
  avg_perceived_brightness: 'Perceived brightness',
  perceived_brightness_rms: 'Perceived brightness, rms',
  contrast: 'Contrast',
  area_by_perim: 'Area by perimeter of the main object',
  aspect_ratio: 'Aspect ratio of the main object',
}
const BINNED: readonly (readonly [RegExp, string])[] = [
  [/^edge_length(\d)$/, 'Edges by length'],
  [/^edge_angle(\d)$/, 'Edges by angle'],
  [/^hue(\d)$/, 'Hues'],
]

export function featureInWords(name: FeatureName): string {
  for (const [pattern, words] of BINNED) {
    const [, bin] = pattern.exec(name) ?? []
    if (bin !== undefined) return `${words}, part ${bin} of 7`
  }
  return NAMES[name] ?? name
}

// The 29 image features of the paper (Table 2), in the order in which every vector holds them. The list, the
// order and the formulas are one version: a router names the version that it was trained on, and a device
// that computes another version must not use it.

import { z } from 'zod'

export const FEATURES_VERSION = 1

export const FEATURE_NAMES = [
  'n_keypoints',
  'avg_brightness',
  'brightness_rms',
  'avg_perceived_brightness',
  'perceived_brightness_rms',
  'contrast',
  'edge_length1',
  'edge_length2',
  'edge_length3',
  'edge_length4',
  'edge_length5',
  'edge_length6',
  'edge_length7',
  'edge_angle1',
  'edge_angle2',
  'edge_angle3',
  'edge_angle4',
  'edge_angle5',
  'edge_angle6',
  'edge_angle7',
  'hue1',
  'hue2',
  'hue3',
  'hue4',
  'hue5',
  'hue6',
  'hue7',
  'area_by_perim',
  'aspect_ratio',
] as const

export const FeatureName = z.enum(FEATURE_NAMES)
export type FeatureName = z.infer<typeof FeatureName>

/** The seven that the paper keeps after pruning, ranking and ablation (its Table 5). */
export const RUNTIME_FEATURES = [
  'n_keypoints',
  'aspect_ratio',
  'area_by_perim',
  'hue1',
  'edge_length1',
  'contrast',
  'avg_perceived_brightness',
] as const satisfies readonly FeatureName[]

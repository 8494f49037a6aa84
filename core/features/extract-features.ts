// All or some of the 29 features (paper, Table 2), in the order asked for. Each family is computed at most
// once, and only when one of its names is asked for: the run-time seven skip what they do not need. Training
// and serving extract through this one function. The image is the working image (long side at most 256,
// EXIF-oriented, on white); larger ones work and only cost more.

import type { FeatureName } from '#contract/features.ts'
import type { RgbImage } from '../preprocess/crop-resize.ts'
import { findEdges } from './canny.ts'
import { countCorners } from './fast-corners.ts'
import { hueHistogram } from './hue-histogram.ts'
import { brightness, lumaHistogram, toLuma } from './luma.ts'
import { mainObject } from './main-object.ts'
import { perceivedBrightness } from './perceived-brightness.ts'
import { segmentHistograms } from './segments.ts'

/** Values in the order of `names`, all finite; throws a RangeError for an image without pixels. */
export function extractFeatures(image: RgbImage, names: readonly FeatureName[]): number[] {
  const expected = image.width * image.height * 3
  if (!(expected > 0) || image.rgb.length !== expected)
    throw new RangeError(
      `Cannot extract features of image "${image.width}x${image.height}": has ${image.rgb.length} bytes, expected ${expected} and at least one pixel`,
    )
  const families = familiesOf(image)
  return names.map((name) => featureValue(name, families))
}

type Families = ReturnType<typeof familiesOf>

/** Every family as a function that computes it on its first call. */
function familiesOf(image: RgbImage) {
  const luma = once(() => toLuma(image))
  const histogram = once(() => lumaHistogram(luma()))
  return {
    corners: once(() => countCorners(luma())),
    brightness: once(() => brightness(histogram())),
    perceived: once(() => perceivedBrightness(image)),
    segments: once(() => segmentHistograms(findEdges(luma()))),
    hues: once(() => hueHistogram(image)),
    object: once(() => mainObject(luma(), histogram())),
  }
}

function once<T>(compute: () => T): () => T {
  let known: { value: T } | undefined
  return () => {
    known ??= { value: compute() }
    return known.value
  }
}

function featureValue(name: FeatureName, families: Families): number {
  switch (name) {
    case 'n_keypoints':
      return families.corners()
    case 'avg_brightness':
      return families.brightness().mean
    case 'brightness_rms':
      return families.brightness().rms
    case 'contrast':
      return families.brightness().contrast
    case 'avg_perceived_brightness':
      return families.perceived().ofMeans
    case 'perceived_brightness_rms':
      return families.perceived().rms
    case 'area_by_perim':
      return families.object().areaByPerimeter
    case 'aspect_ratio':
      return families.object().aspectRatio
    default:
      return binValue(name, families)
  }
}

/** Names such as `hue3`: a histogram and a bin from 1. */
function binValue(name: string, families: Families): number {
  const bin = Number(name.slice(-1)) - 1
  if (name.startsWith('edge_length')) return families.segments().lengths[bin]!
  if (name.startsWith('edge_angle')) return families.segments().angles[bin]!
  return families.hues()[bin]!
}

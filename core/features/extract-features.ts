// All or some of the 29 features (paper, Table 2), in the order asked for. Each family is computed at most
// once, and only when one of its names is asked for: the run-time seven skip what they do not need. Training
// and serving extract through this one function, with kernels or without: the values are the same. The image is
// the working image (long side at most 256, EXIF-oriented, on white); larger ones work and only cost more.

import type { FeatureName } from '#contract/features.ts'
import type { RgbImage } from '../preprocess/crop-resize.ts'
import { type EdgeMap, findEdges } from './edges/canny.ts'
import { angleShares, lengthShares, type SegmentHistograms } from './edges/segment-histograms.ts'
import { runHistograms } from './edges/segments.ts'
import { countCorners } from './fast-corners.ts'
import type { FeatureKernels, ImageKernels } from './feature-kernels.ts'
import { firstHueShare, hueHistogram, shareOf } from './hue-histogram.ts'
import { brightness, meansOf, toLuma } from './luma.ts'
import { mainObject, shapeOf } from './main-object.ts'
import { otsuThreshold } from './otsu.ts'
import { perceivedOfMeans, perceivedOfSquares, perceivedRms } from './perceived-brightness.ts'
import type { Scratch } from './scratch.ts'

export interface ExtractOptions {
  /**
   * Who finds the line segments; edges/probabilistic-hough.ts has the original's way, for comparison only. It works on
   * the edges found here, so kernels are then left alone.
   */
  segments?: (edges: EdgeMap) => SegmentHistograms
  /** Who counts pixels; plain JavaScript by default, and for images that they do not take. */
  kernels?: FeatureKernels | undefined
  /** Memory to work in, at least as large as the image needs; a shared one by default. */
  scratch?: Scratch
}

/** Values in the order of `names`, all finite; throws a RangeError for an image without pixels. */
export function extractFeatures(
  image: RgbImage,
  names: readonly FeatureName[],
  options: ExtractOptions = {},
): number[] {
  const expected = image.width * image.height * 3
  if (!(expected > 0) || image.rgb.length !== expected)
    throw new RangeError(
      `Cannot extract features of image "${image.width}x${image.height}": has ${image.rgb.length} bytes, expected ${expected} and at least one pixel`,
    )
  const kernels = options.segments === undefined ? options.kernels?.open(image) : undefined
  const families =
    kernels === undefined ? familiesOf(image, names, options) : kernelFamilies(image, names, kernels)
  return names.map((name) => featureValue(name, families))
}

type Families = ReturnType<typeof familiesOf>

/** Every family as a function that computes it on its first call. */
function familiesOf(image: RgbImage, names: readonly FeatureName[], options: ExtractOptions) {
  const luma = once(() => toLuma(image, options.scratch))
  const { segments = runHistograms } = options
  const found = once(() => segments(findEdges(luma())))
  return {
    corners: once(() => countCorners(luma())),
    brightness: once(() => brightness(luma().histogram)),
    perceivedOfMeans: once(() => perceivedOfMeans(luma().means)),
    perceivedRms: once(() => perceivedRms(image)),
    lengths: once(() => found().lengths()),
    angles: once(() => found().angles()),
    hues: once(() => (needsAllHues(names) ? hueHistogram(image) : [firstHueShare(image)])),
    object: once(() => mainObject(luma())),
  }
}

/** The same, where kernels count. */
function kernelFamilies(image: RgbImage, names: readonly FeatureName[], kernels: ImageKernels): Families {
  const luma = once(() => kernels.luma())
  const segments = once(() => luma().segments())
  const pixels = image.width * image.height
  return {
    corners: once(() => luma().countCorners()),
    brightness: once(() => brightness(luma().histogram)),
    perceivedOfMeans: once(() => perceivedOfMeans(meansOf(luma().sums, pixels))),
    perceivedRms: once(() => perceivedOfSquares(kernels.squareSums(), pixels)),
    lengths: once(() => lengthShares(image, segments())),
    angles: once(() => angleShares(segments())),
    hues: once(() => {
      const counts = needsAllHues(names) ? kernels.hueCounts() : [kernels.firstHueCount()]
      return counts.map((count) => shareOf(count, image))
    }),
    object: once(() => shapeOf(luma().border(otsuThreshold(luma().histogram)))),
  }
}

function needsAllHues(names: readonly FeatureName[]): boolean {
  return names.some((name) => name.startsWith('hue') && name !== 'hue1')
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
      return families.perceivedOfMeans()
    case 'perceived_brightness_rms':
      return families.perceivedRms()
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
  if (name.startsWith('edge_length')) return families.lengths()[bin]!
  if (name.startsWith('edge_angle')) return families.angles()[bin]!
  return families.hues()[bin]!
}

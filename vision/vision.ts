// What a generation sees with: the features and the model's answer for one image, whoever asks (the function
// through its binding, or the built-in path). An image is decoded once, and inferred once a view: a function that
// asks a hundred times, or fails after asking so that the built-in path asks again, costs one inference. Views are
// counted, since each costs an inference on the host and a function may be a stranger's.
// Times are those of the work itself, without decoding, as profiles measure them.

import type { FeatureName } from '#contract/features.ts'
import type { Crop, FeaturesResult, InferResult } from '#contract/function-bindings.ts'
import { extractFeatures } from '#core/features/extract-features.ts'
import type { ImageEntry } from './image-entry.ts'
import { featureKernels } from './kernels/load-kernels.ts'
import type { LoadedModel } from './onnx-model.ts'
import type { ViewedImage } from './prepare-input.ts'

export interface Vision {
  /** Values in the order of `names`. */
  features(image: ImageEntry, names: readonly FeatureName[]): Promise<FeaturesResult>
  /** Of a part of the image where `crop` says so. Rejects with `TooManyViews` beyond `VIEWS_MAX` of one image. */
  infer(image: ImageEntry, topK: number, crop?: Crop): Promise<InferResult>
}

/** Published test-time augmentation has ten crops and gains little beyond four; eight bound what one request costs. */
export const VIEWS_MAX = 8

export class TooManyViews extends Error {
  override readonly name = 'TooManyViews'
}

/** The most classes that an answer may hold (contract/function-bindings.ts); fewer are a prefix of them. */
const TOP_K_MAX = 5

/** The model as vision needs it: the view travels on the image, and prepare-input.ts reads it there. */
export interface ClassifyingModel {
  readonly name: string
  classify(image: ViewedImage, topK: number): ReturnType<LoadedModel['classify']>
}

export function createVision({ model }: { model: ClassifyingModel }): Vision {
  const inferred = new WeakMap<ImageEntry, Map<string, Promise<InferResult>>>()

  async function inferOnce(image: ImageEntry, view: Crop | undefined): Promise<InferResult> {
    const decoded = await image.decoded()
    const start = performance.now()
    const labels = await model.classify(view === undefined ? decoded : { ...decoded, view }, TOP_K_MAX)
    return { model: model.name, labels, ms: performance.now() - start }
  }

  function inferView(image: ImageEntry, view: Crop | undefined): Promise<InferResult> {
    const views = inferred.get(image) ?? new Map<string, Promise<InferResult>>()
    inferred.set(image, views)
    const key = view === undefined ? '' : [view.x, view.y, view.width, view.height].join()
    let result = views.get(key)
    if (result !== undefined) return result
    // The model's own crop is never refused: the built-in path lives on it.
    if (view !== undefined && views.size >= VIEWS_MAX)
      throw new TooManyViews(
        `Cannot infer image: is the ${views.size + 1}th view, expected ${VIEWS_MAX} at most`,
      )
    result = inferOnce(image, view)
    views.set(key, result)
    return result
  }

  return {
    async features(image, names) {
      await image.decoded()
      const start = performance.now()
      const values = extractFeatures(await image.working(), names, { kernels: featureKernels() })
      return { values, ms: performance.now() - start }
    },
    async infer(image, topK, crop) {
      const { labels, ...rest } = await inferView(image, crop)
      return { ...rest, labels: labels.slice(0, topK) }
    },
  }
}

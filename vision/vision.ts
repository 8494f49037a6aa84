// What a generation sees with: the features and the model's answer for one image, whoever asks (the function
// through its binding, or the built-in path). An image is decoded once, and inferred once: a function that
// asks a hundred times, or fails after asking so that the built-in path asks again, costs one inference.
// Times are those of the work itself, without decoding, as profiles measure them.

import type { FeatureName } from '#contract/features.ts'
import type { FeaturesResult, InferResult } from '#contract/function-bindings.ts'
import { extractFeatures } from '#core/features/extract-features.ts'
import type { ImageEntry } from './image-entry.ts'
import type { LoadedModel } from './onnx-model.ts'

export interface Vision {
  /** Values in the order of `names`. */
  features(image: ImageEntry, names: readonly FeatureName[]): Promise<FeaturesResult>
  infer(image: ImageEntry, topK: number): Promise<InferResult>
}

/** The most classes that an answer may hold (contract/function-bindings.ts); fewer are a prefix of them. */
const TOP_K_MAX = 5

export function createVision({ model }: { model: Pick<LoadedModel, 'name' | 'classify'> }): Vision {
  const inferred = new WeakMap<ImageEntry, Promise<InferResult>>()

  async function inferOnce(image: ImageEntry): Promise<InferResult> {
    const decoded = await image.decoded()
    const start = performance.now()
    const labels = await model.classify(decoded, TOP_K_MAX)
    return { model: model.name, labels, ms: performance.now() - start }
  }

  return {
    async features(image, names) {
      await image.decoded()
      const start = performance.now()
      const values = extractFeatures(await image.working(), names)
      return { values, ms: performance.now() - start }
    },
    async infer(image, topK) {
      let result = inferred.get(image)
      if (result === undefined) {
        result = inferOnce(image)
        inferred.set(image, result)
      }
      const { labels, ...rest } = await result
      return { ...rest, labels: labels.slice(0, topK) }
    },
  }
}

// What a generation sees with: the features and the model's answer for one image, whoever asks (the function
// through its binding, or the built-in path). An image is decoded once, and inferred once a view: a function that
// asks a hundred times, or fails after asking so that the built-in path asks again, costs one inference. Views are
// counted, since each costs an inference on the host and a function may be a stranger's.
// Times are those of the work itself, without decoding, as profiles measure them.

import type { FeatureName } from '#contract/features.ts'
import type { Crop, FeaturesResult, InferResult } from '#contract/function-bindings.ts'
import type { ModelInput } from '#contract/model.ts'
import { extractFeatures } from '#core/features/extract-features.ts'
import { type ImageEntry, imageEntry } from './image-entry.ts'
import { featureKernels } from './kernels/load-kernels.ts'
import type { LoadedModel } from './onnx-model.ts'
import type { ViewedImage } from './session/prepare-input.ts'
import { TooManyViews } from './session/too-many-views.ts'
import type { ImageSize } from './shrink-on-load.ts'

/** An image by identity: who asks twice with the same object has it decoded once. */
export interface SeenImage {
  readonly bytes: Uint8Array
}

export interface Vision {
  /** Values in the order of `names`. */
  features(image: SeenImage, names: readonly FeatureName[]): Promise<FeaturesResult>
  /** Of a part of the image where `crop` says so. Rejects with `TooManyViews` beyond `VIEWS_MAX` of one image. */
  infer(image: SeenImage, topK: number, crop?: Crop): Promise<InferResult>
}

/** What whoever answers for an image from its first byte to its answer needs beside. */
export interface ServingVision extends Vision {
  /** As `Vision`; rejects with `InferenceLate` where nobody waits any more once its turn comes. */
  infer(image: SeenImage, topK: number, crop?: Crop, expiresAtMs?: number): Promise<InferResult>
  /**
   * Its size, upright, once it is decoded; `forModel` where the model is the only reader that is certain. Rejects with an
   * `ImageRefused`.
   */
  look(image: SeenImage, forModel?: boolean): Promise<ImageSize>
  /** Nobody will ask for it any more. */
  forget(image: SeenImage): void
}

/** Published test-time augmentation has ten crops and gains little beyond four; eight bound what one request costs. */
export const VIEWS_MAX = 8

/** The most classes that an answer may hold (contract/function-bindings.ts); fewer are a prefix of them. */
const TOP_K_MAX = 5

/** The model as vision needs it: the view travels on the image, and prepare-input.ts reads it there. */
export interface ClassifyingModel {
  readonly name: string
  /** What it is shown; where it is left out it crops and filters by itself. */
  readonly input?: ModelInput
  /** How long an image's short side must be; that of every decoded image will do where it is left out. */
  shortSideMinPx?(view?: Crop): number
  classify(image: ViewedImage, topK: number, expiresAtMs?: number): ReturnType<LoadedModel['classify']>
}

export function createVision({ model }: { model: ClassifyingModel }): ServingVision {
  const entries = new WeakMap<SeenImage, ImageEntry>()
  const inferred = new WeakMap<SeenImage, Map<string, Promise<InferResult>>>()

  function entry(image: SeenImage | ImageEntry): ImageEntry {
    if ('decoded' in image) return image
    const known = entries.get(image) ?? imageEntry(image.bytes)
    entries.set(image, known)
    return known
  }

  async function inferOnce(
    image: SeenImage,
    view: Crop | undefined,
    expiresAtMs: number | undefined,
  ): Promise<InferResult> {
    const decoded =
      view === undefined && model.input !== undefined
        ? await entry(image).shown(model.input)
        : await entry(image).decoded(model.shortSideMinPx?.(view))
    const start = performance.now()
    const seen = view === undefined ? decoded : { ...decoded, view }
    const labels = await model.classify(seen, TOP_K_MAX, expiresAtMs)
    return { model: model.name, labels, ms: performance.now() - start }
  }

  function inferView(
    image: SeenImage,
    view: Crop | undefined,
    expiresAtMs: number | undefined,
  ): Promise<InferResult> {
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
    result = inferOnce(image, view, expiresAtMs)
    views.set(key, result)
    return result
  }

  return {
    async look(image, forModel = false) {
      const known = entry(image)
      const { whole, width, height } = await (forModel && model.input !== undefined
        ? known.shown(model.input)
        : known.decoded())
      return whole ?? { width, height }
    },
    forget(image) {
      entries.delete(image)
      inferred.delete(image)
    },
    async features(image, names) {
      await entry(image).decoded()
      const start = performance.now()
      const values = extractFeatures(await entry(image).working(), names, { kernels: featureKernels() })
      return { values, ms: performance.now() - start }
    },
    async infer(image, topK, crop, expiresAtMs) {
      const { labels, ...rest } = await inferView(image, crop, expiresAtMs)
      return { ...rest, labels: labels.slice(0, topK) }
    },
  }
}

// What a worker asks of its vision process, and what comes back. An image travels once: with the first call that
// names it; after that its number stands for it until it is forgotten.

import type { FeatureName } from '#contract/features.ts'
import type { Crop, FeaturesResult, InferResult } from '#contract/function-bindings.ts'
import type { ModelContract, ModelInput } from '#contract/model.ts'
import type { TopClass } from '#core/preprocess/top-classes.ts'
import type { LoadOptions, ModelInfo } from '#vision/onnx-model.ts'
import type { BatchChoice } from '#vision/session/choose-batch.ts'
import type { ImageSize } from '#vision/shrink-on-load.ts'

/** A model by its file, which the vision process reads and verifies itself: a worker that serves has no time to. */
export interface ModelSource {
  readonly file: string
  readonly digest: string
  readonly name: string
  readonly contract: ModelContract
  readonly labels: readonly string[]
}

export interface MeasuredOutcome {
  readonly top: TopClass[]
  readonly latencyMs: number
}

export interface MeasuredFeatures {
  readonly features: number[]
  readonly latencyMs: number
  readonly pixels: string
}

/** Of one image; answered with the result of the same name. */
export type ImageCall =
  | { readonly do: 'look'; readonly forModel: boolean }
  | { readonly do: 'features'; readonly names: readonly FeatureName[] }
  | {
      readonly do: 'infer'
      readonly topK: number
      readonly crop?: Crop | undefined
      /** On the machine's clock: see machine-clock.ts. */
      readonly expiresAtMs?: number | undefined
    }
  | { readonly do: 'measureOutcome'; readonly k: number }
  | { readonly do: 'measureFeatures'; readonly names: readonly FeatureName[] }

/** Of the model or the process; bodies are tensors or encoded images, one after the other. */
export type ModelCall =
  | {
      readonly do: 'load'
      readonly model: ModelSource | undefined
      readonly batching: LoadOptions['batching']
    }
  | { readonly do: 'tensor'; readonly dtype: 'float32' | 'uint8'; readonly shape: readonly number[] }
  | { readonly do: 'scores'; readonly lengths: readonly number[] }
  /** One image, as another machine's model of that input is shown it. */
  | { readonly do: 'prepare'; readonly input: ModelInput }
  | { readonly do: 'usage' }

export interface Results {
  look: ImageSize
  features: FeaturesResult
  infer: InferResult
  measureOutcome: MeasuredOutcome
  measureFeatures: MeasuredFeatures
  load: { readonly info: ModelInfo | undefined; readonly batch: BatchChoice | undefined }
  /** The numbers are the body. */
  tensor: { readonly shape: readonly number[] }
  scores: { readonly shape: readonly number[] }
  /** The tensor is the body. */
  prepare: { readonly dtype: 'float32' | 'uint8' }
  /** Runs of the model since it was loaded, and the images in them. */
  usage: { readonly peakRssBytes: number; readonly runs: number; readonly images: number }
}

export type CallName = keyof Results

export type Call = (ImageCall & ImageNumber) | ModelCall

interface ImageNumber {
  readonly image: number
}

export type Question =
  | { readonly id: number; readonly call: Call }
  /** Never answered. */
  | { readonly forget: number }

/** What an error is once it has crossed: see told-errors.ts. */
export interface ToldError {
  readonly name: string
  readonly code?: string | undefined
  readonly message: string
  readonly cause?: string | undefined
}

export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ToldError }
  /** Nothing is done yet, but the process turns. */
  | { readonly alive: true }

// What profile jobs measure of one image, beside the model and on its clock: reading and decoding come before it, as
// they do for a client's image, which is decoded before any router is asked.

import type { FeatureName } from '#contract/features.ts'
import { extractFeatures } from '#core/features/extract-features.ts'
import type { ImageEntry } from '#vision/image-entry.ts'
import { featureKernels } from '#vision/kernels/load-kernels.ts'
import type { LoadedModel } from '#vision/onnx-model.ts'
import { pixelDigest } from '#vision/pixel-digest.ts'
import { workingImage } from '#vision/working-image.ts'
import type { MeasuredFeatures, MeasuredOutcome } from '../wire/vision-calls.ts'

export async function measureOutcome(
  image: ImageEntry,
  model: LoadedModel,
  k: number,
): Promise<MeasuredOutcome> {
  const decoded = await image.decoded(model.shortSideMinPx())
  const start = performance.now()
  const top = await model.outcome(decoded, k)
  return { top, latencyMs: performance.now() - start }
}

export async function measureFeatures(
  image: ImageEntry,
  names: readonly FeatureName[],
): Promise<MeasuredFeatures> {
  const decoded = await image.decoded()
  const start = performance.now()
  const working = await workingImage(decoded)
  const features = extractFeatures(working, names, { kernels: featureKernels() })
  const latencyMs = performance.now() - start
  // After the clock: serving an image needs no digest.
  return { features, latencyMs, pixels: pixelDigest(working) }
}

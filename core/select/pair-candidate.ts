// What selecting knows of a candidate: its figures in either role, and image by image where it was right on which
// device. Bytes and doubles by image, not objects: twelve candidates on 50,000 images are then six megabytes.

export interface PairCandidate {
  readonly modelId: string
  /** Unique. */
  readonly name: string
  readonly localLatencyMeanMs: number
  readonly localEnergyJ: number
  readonly edgeLatencyMeanMs: number
  readonly edgeEnergyJ: number
  readonly localPeakMemoryBytes: number
  /** Of the model's file. */
  readonly sizeBytes: number
  /** By image: 1 where right, on the edge device's profile. */
  readonly right: Uint8Array
  /** By image: 1 where right, on the local device's profile. */
  readonly localRight: Uint8Array
  /** By image: probability of the best class, on the local device's profile. */
  readonly localTopProbability: Float64Array
}

export function countOf(right: Uint8Array): number {
  let count = 0
  for (let image = 0; image < right.length; image++) count += right[image]!
  return count
}

/** 0 for no images. */
export function shareOf(right: Uint8Array): number {
  return right.length === 0 ? 0 : countOf(right) / right.length
}

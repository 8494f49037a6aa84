// What sending one image to the edge costs the local device. No link between the devices is measured yet, so both
// figures are assumed, and every result that is computed from them carries the words of `uploadSource`.

import type { PairCosts } from '#contract/evaluation.ts'

export type UploadCost = Pick<PairCosts, 'uploadMs' | 'uploadJ' | 'uploadSource'>

/** 20 Mbit/s is what a Pi's 2.4 GHz radio usually carries. */
const UPLOAD_BITS_PER_MS = 20_000
const UPLOAD_J = 0.058
const UPLOAD_SOURCE = 'time: mean image size at an assumed 20 Mbit/s; energy: 0.058 J an image, as published'

export const assumedUploadCost = (imageBytesMean: number): UploadCost => ({
  uploadMs: (imageBytesMean * 8) / UPLOAD_BITS_PER_MS,
  uploadJ: UPLOAD_J,
  uploadSource: UPLOAD_SOURCE,
})

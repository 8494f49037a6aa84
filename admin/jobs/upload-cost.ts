// What sending one image to the edge costs the local device. No link between the devices is measured yet, so both
// figures are assumed, and every result that is computed from them carries the words of `uploadSource`.

import type { PairCosts } from '#contract/results/evaluation.ts'
import { PUBLISHED_UPLOAD_J, PUBLISHED_UPLOAD_SOURCE } from '#core/profile/published-upload.ts'

export type UploadCost = Pick<PairCosts, 'uploadMs' | 'uploadJ' | 'uploadSource'>

/** 20 Mbit/s is what a Pi's 2.4 GHz radio usually carries. */
const UPLOAD_BITS_PER_MS = 20_000
const UPLOAD_SOURCE = `time: mean image size at an assumed 20 Mbit/s; ${PUBLISHED_UPLOAD_SOURCE}`

export const assumedUploadCost = (imageBytesMean: number): UploadCost => ({
  uploadMs: (imageBytesMean * 8) / UPLOAD_BITS_PER_MS,
  uploadJ: PUBLISHED_UPLOAD_J,
  uploadSource: UPLOAD_SOURCE,
})

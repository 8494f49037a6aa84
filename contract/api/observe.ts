// Stage observe: what is asked of captured images.

import { z } from 'zod'
import { CaptureReason } from '../observe/capture.ts'
import { PageQuery } from './page.ts'

export const CaptureList = PageQuery.extend({
  limit: PageQuery.shape.limit.unwrap().default(50),
  device: z.string().min(1).max(200).optional(),
  deploymentId: z.string().max(100).optional(),
  reason: CaptureReason.optional(),
})

/** Those that can be fetched, in the order of their digests: an image that several devices saw comes in a row. */
export const StoredCaptures = PageQuery.extend({ deploymentId: z.string().max(100).optional() })

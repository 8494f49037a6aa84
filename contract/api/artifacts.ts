// Artifacts: what is asked of the list of them, and of what nothing refers to.

import { z } from 'zod'
import { Digest } from '../digest.ts'
import { PageQuery } from './page.ts'

/** A query by its nature, a mutation by its size: lists do not fit into a URL. */
export const MissingArtifacts = z.object({ digests: z.array(Digest).max(100_000) })

/** In the order of digests. */
export const ArtifactList = PageQuery

export const ByDigest = z.object({
  /** A digest, or its beginning, with or without `sha256:`. */
  digest: z
    .string()
    .regex(/^(sha256:)?[0-9a-f]{8,64}$/, 'expected a digest, or at least 8 hex digits of one')
    .transform((text) => (text.startsWith('sha256:') ? text : `sha256:${text}`)),
})

/** Removes what nothing refers to and nobody has touched for the grace time. */
export const Collection = z.object({
  /** Only says what would go. */
  dryRun: z.boolean().default(false),
  /** The control plane's setting where it is left out. */
  graceHours: z.number().min(1).max(87_600).optional(),
})

/** What a client of uploads in parts reads of the control plane's headers. */
export const UPLOAD_OFFSET_HEADER = 'upload-offset'
/** Of the whole file. */
export const UPLOAD_LENGTH_HEADER = 'upload-length'
/** `?1` once the artifact exists, as in structured headers (RFC 9651). */
export const UPLOAD_COMPLETE_HEADER = 'upload-complete'
/** `max-size`, `min-append-size`, `max-age`. */
export const UPLOAD_LIMIT_HEADER = 'upload-limit'

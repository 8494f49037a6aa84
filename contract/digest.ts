// Content addresses: every model, image, router, label list and function is named by the SHA-256 of its
// bytes, so that a name can be checked by whoever holds the bytes and nobody has to trust a transport.
// Spelled `sha256:<64 hex digits>`, as OCI image manifests do.

import { z } from 'zod'

export const Digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'expected "sha256:" and 64 lower-case hex digits')
export type Digest = z.infer<typeof Digest>

/** A file in the artifact store, with the exact size that a download may have. */
export const ArtifactRef = z.object({ digest: Digest, sizeBytes: z.number().int().nonnegative() })
export type ArtifactRef = z.infer<typeof ArtifactRef>

// What the control plane's handlers work with; made once in wire.ts, passed as narrow as each handler uses it.

import type { Logger } from 'pino'
import type { Db } from '#db/db.ts'
import type { ArtifactStore } from '#platform/artifact-store.ts'
import type { ManifestSigner } from './manifest-signer.ts'

export interface Context {
  readonly db: Db
  readonly artifacts: ArtifactStore
  /** Hard images from devices: apart, since no device may fetch them and they are kept for a time only. */
  readonly captures: ArtifactStore
  readonly signer: ManifestSigner
  readonly log: Logger
}

// What the control plane's handlers work with; made once in wire.ts, passed as narrow as each handler uses it.

import type { Logger } from 'pino'
import type { Db } from '#db/db.ts'
import type { Artifacts } from '#platform/artifacts/artifacts.ts'
import type { Live } from './live/live.ts'
import type { ManifestSigner } from './manifest-signer.ts'

export interface Context {
  readonly db: Db
  readonly artifacts: Artifacts
  /** Hard images from devices: apart, since no device may fetch them and they are kept for a time only. */
  readonly captures: Artifacts
  readonly signer: ManifestSigner
  readonly log: Logger
  /** What changed in the database, for those who watch. */
  readonly live: Live
  /** Operator domains that models may use beside those of the runtime. */
  readonly modelDomains?: readonly string[] | undefined
  /** How long what nothing refers to is kept. */
  readonly artifactGraceHours?: number | undefined
  /** How long an upload in parts waits for its next part. */
  readonly uploadHours?: number | undefined
}

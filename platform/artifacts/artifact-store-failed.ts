// The store itself cannot do what was asked, whatever the artifact: its server is away, refuses our key, has no such
// bucket. Apart from ArtifactRefused, which speaks about bytes. The message names the bucket and the server, so it is
// for operators and logs, not for clients.

export type StoreFailure = 'unreachable' | 'denied' | 'no-bucket' | 'not-found' | 'present' | 'refused'

export class ArtifactStoreFailed extends Error {
  readonly code: StoreFailure
  /** What the server calls it: `SignatureDoesNotMatch`; undefined where it said nothing. */
  readonly serverCode: string | undefined
  constructor(code: StoreFailure, message: string, options: ErrorOptions & { serverCode?: string } = {}) {
    super(message, options)
    this.name = 'ArtifactStoreFailed'
    this.code = code
    this.serverCode = options.serverCode
  }
}

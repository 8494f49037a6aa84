// Why bytes are not kept, or not given out, under a digest. A class of its own, so that every part of the store
// can throw it.

export class ArtifactRefused extends Error {
  readonly code: 'too-large' | 'digest-mismatch' | 'size-mismatch' | 'missing'
  constructor(code: ArtifactRefused['code'], message: string) {
    super(message)
    this.name = 'ArtifactRefused'
    this.code = code
  }
}

// The one way in which an image is refused: a closed code for the caller, a sentence for the client, and the
// decoder's own words as the cause, for the log only.

export type ImageRefusedCode = 'empty' | 'unsupported-format' | 'too-many-pixels' | 'damaged'

export class ImageRefused extends Error {
  override readonly name = 'ImageRefused'
  readonly code: ImageRefusedCode

  constructor(code: ImageRefusedCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

// The one way in which a file is refused as a forest, with a reason that its owner understands.

export type OnnxForestRefusedCode =
  | 'too-large'
  /** Not a protocol buffer of the ONNX format. */
  | 'not-onnx'
  /** A model, but not one tree ensemble from its input to its output. */
  | 'no-forest'
  /** A tree ensemble that no router can be. */
  | 'wrong-forest'

export class OnnxForestRefused extends Error {
  override readonly name = 'OnnxForestRefused'
  readonly code: OnnxForestRefusedCode

  constructor(code: OnnxForestRefusedCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

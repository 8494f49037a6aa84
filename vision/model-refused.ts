// The one way in which a model file is refused, with a reason that its owner understands.

export type ModelRefusedCode = 'not-onnx' | 'wrong-input' | 'wrong-output' | 'wrong-labels' | 'does-not-run'

export class ModelRefused extends Error {
  override readonly name = 'ModelRefused'
  readonly code: ModelRefusedCode

  constructor(code: ModelRefusedCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

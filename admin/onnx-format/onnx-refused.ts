// The one way in which a model file is refused by its bytes alone, with a reason that its owner understands.

export type OnnxRefusedCode =
  | 'empty'
  | 'not-onnx'
  /** Ends within a field. */
  | 'truncated'
  /** Not the wire format of protocol buffers, or in a spelling that no writer uses. */
  | 'malformed'
  /** A field that the ONNX format does not have. */
  | 'unknown-field'
  /** A field twice that stands for one value: readers differ in which one counts. */
  | 'duplicate-field'
  | 'bad-text'
  | 'too-long'
  | 'too-many'
  | 'too-deep'
  | 'external-data'
  | 'ir-version'
  | 'opset'
  | 'domain'
  | 'operator'
  | 'function'
  | 'dimensions'
  | 'tensor-data'
  | 'sparse'

export class OnnxRefused extends Error {
  override readonly name = 'OnnxRefused'
  readonly code: OnnxRefusedCode

  constructor(code: OnnxRefusedCode, what: string, expected: string, options?: ErrorOptions) {
    super(`Cannot register model: ${what}, expected ${expected}`, options)
    this.code = code
  }
}

/** A name of a stranger's file in a sentence of ours: short, and without what a terminal or a log would act on. */
export function quoted(name: string): string {
  const plain = name.replace(/\p{C}/gu, '\ufffd')
  return `"${plain.length > 60 ? `${plain.slice(0, 57)}...` : plain}"`
}

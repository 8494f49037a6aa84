// The one way in which a message of the Open Inference Protocol is refused, whichever side reads it: the server
// answers with the code's status and `{ "error": message }`, the client takes it as a sign that the other side
// does not keep the protocol.

export type OipRefusedCode = 'invalid' | 'encoded' | 'not-found' | 'too-large' | 'not-ready' | 'busy'

export class OipRefused extends Error {
  override readonly name = 'OipRefused'
  readonly code: OipRefusedCode

  constructor(code: OipRefusedCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** What most messages are refused for. */
export const invalid = (message: string, options?: ErrorOptions) =>
  new OipRefused('invalid', message, options)

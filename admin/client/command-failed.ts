// What a person sees when something cannot be done that was asked for; anything else that is thrown is a defect. Apart
// from the CLI's way to the control plane, which a browser cannot load.

/** What a script may go by; the CLI ends with another code for each. */
export type FailureReason = 'failed' | 'unreachable' | 'not-allowed' | 'not-found'

interface FailureOptions extends ErrorOptions {
  readonly reason?: FailureReason | undefined
}

export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
  readonly reason: FailureReason
  constructor(message: string, { reason = 'failed', ...options }: FailureOptions = {}) {
    super(message, options)
    this.reason = reason
  }
}

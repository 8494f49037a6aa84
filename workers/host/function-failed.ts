// The one way in which a function fails its host. `does-not-start`: refused before serving, with the
// function's own words. `down`: no connection. `timeout`: no answer in time. `error-answer`: a status that is
// not 200, or an answer that has no end. `not-json`: an answer that is not JSON. `nonsense`: JSON of something
// else than an answer.

export type FunctionFailedCode =
  | 'does-not-start'
  | 'down'
  | 'timeout'
  | 'error-answer'
  | 'not-json'
  | 'nonsense'

export class FunctionFailed extends Error {
  override readonly name = 'FunctionFailed'
  readonly code: FunctionFailedCode

  constructor(code: FunctionFailedCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** `said` is what the engine printed or threw: its first complaint is the message, all of it the cause. */
export function startFailure(deploymentId: string, said: string): FunctionFailed {
  const complaint =
    /(?:Uncaught )?(\w*Error: [^\n]*)/.exec(said)?.[1]?.replace(/\.$/, '') ?? 'does not answer'
  return new FunctionFailed(
    'does-not-start',
    `Cannot start function of deployment "${deploymentId}": ${complaint.slice(0, 300)}, expected a module that loads and answers`,
    { cause: new Error(said.slice(-2000)) },
  )
}

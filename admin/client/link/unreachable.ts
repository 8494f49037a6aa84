// What is said where the control plane cannot be reached: what was asked, what came of it, and what would mend it. Also of
// an address where something else answers, which is the commonest slip of all: a worker's port, a proxy's page.

import { CommandFailed } from '../command-failed.ts'
import { troubleOf } from './trouble-of.ts'

/** Of an answer that is none of a control plane's. */
const statusIn = (error: unknown): number | undefined =>
  (error as { meta?: { response?: Response } }).meta?.response?.status

export function unreachable(url: string, cause: unknown): CommandFailed {
  const status = statusIn(cause)
  const why = status === undefined ? troubleOf(cause) : `status ${status} is no answer of one`
  return new CommandFailed(
    `Cannot reach the control plane at "${url}": ${why}, expected a running one. ` +
      'Start it with `npm start`, or name another with --url or TANDEM_URL',
    { cause, reason: 'unreachable' },
  )
}

// The gate for all who ask at once: a few processes at a time, since each may take gigabytes, and one for those who ask
// the same of the same bytes. Its answer is a function of both, but no answer outlives the question: the runtime may be
// another one tomorrow.

import { openTurns } from '../api/call/turns.ts'
import { askGate, type GateAnswer, type GateOptions, type GateRequest } from './model-gate.ts'

const AT_ONCE = 4

const inTurn = openTurns(AT_ONCE)
const underWay = new Map<string, Promise<GateAnswer>>()

/** `withFile` lends the file of this digest for as long as the gate reads it. */
export function askGateInTurns(
  digest: string,
  request: DistributiveOmit<GateRequest, 'file'>,
  options: GateOptions,
  withFile: (use: (file: string) => Promise<GateAnswer>) => Promise<GateAnswer>,
): Promise<GateAnswer> {
  const key = JSON.stringify([digest, request, options])
  const asked = underWay.get(key)
  if (asked) return asked
  const answer = inTurn(() => withFile((file) => askGate({ ...request, file }, options))).finally(() =>
    underWay.delete(key),
  )
  underWay.set(key, answer)
  return answer
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

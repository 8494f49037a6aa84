// Why an image was not answered by an edge, as the decision and its reader get it.

import { errors } from 'undici'
import type { DecisionReason } from '#contract/decision.ts'
import { EdgeLate } from './edge.ts'
import { EdgeRefused } from './edge-client.ts'

export interface Refusal {
  readonly ok: false
  readonly reason: DecisionReason
  readonly message: string
}

const refusal = (reason: DecisionReason, message: string): Refusal => ({ ok: false, reason, message })

export const STAYS_HERE = refusal('preference', 'the image may not leave this device')
export const NO_EDGE = refusal('edge-error', 'no edge device is known')
export const NONE_READY = refusal('breaker-open', 'every edge failed just before, or asked for a rest')
export const LATE = refusal('deadline', 'the edge did not answer in time')
export const IN_USE = refusal('budget', 'the edges have images of clients under way')
export const overBudget = (short: string) =>
  refusal('budget', `the deployment's budget of ${short} is spent for now`)

export function refusalOf(error: unknown): Refusal {
  if (error instanceof EdgeLate) return LATE
  if (error instanceof EdgeRefused) return refusal('edge-error', error.message)
  if (error instanceof errors.ResponseExceededMaxSizeError)
    return refusal('edge-error', 'the edge answered with something that is too long')
  return refusal('edge-error', error instanceof Error ? error.message : 'the edge failed')
}

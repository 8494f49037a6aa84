// How many failed requests may be tried again: one in ten and three in ten seconds beyond, so that retries help where
// one edge stumbles and never double the load when all of them do (the retry budget of Finagle; "Addressing cascading
// failures" in Google's book on site reliability, 2016).

export interface RetryBudget {
  readonly tokens: number
  readonly atMs: number
}

const PER_REQUEST = 0.1
const PER_SECOND = 0.3
/** Ten seconds at ten requests a second. */
const TOKENS_MAX = 10

export const freshRetryBudget = (nowMs: number): RetryBudget => ({ tokens: 3, atMs: nowMs })

/** After one more request. */
export function earnRetry({ tokens, atMs }: RetryBudget, nowMs: number): RetryBudget {
  const earned = tokens + PER_REQUEST + (Math.max(0, nowMs - atMs) / 1_000) * PER_SECOND
  return { tokens: Math.min(TOKENS_MAX, earned), atMs: nowMs }
}

/** Undefined where none is left. */
export function spendRetry(budget: RetryBudget): RetryBudget | undefined {
  return budget.tokens < 1 ? undefined : { ...budget, tokens: budget.tokens - 1 }
}

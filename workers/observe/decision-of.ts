// The record of one answer: which tier gave it, what the router saw, and for whom.

import type { ClassifyAnswer } from '#contract/classify.ts'
import { type DecisionRecord, RequestId } from '#contract/decision.ts'
import type { RequestContext } from '../serve/request-context.ts'

export function decisionOf(
  answer: ClassifyAnswer,
  totalMs: number,
  { requestId, preference }: RequestContext,
): Omit<DecisionRecord, 'sequence'> {
  const best = answer.labels[0]!
  // A name that cannot be told is left out: it is no reason to lose the decision.
  const named = RequestId.safeParse(requestId)
  return {
    at: new Date().toISOString(),
    deploymentId: answer.deployment,
    tier: answer.tier,
    label: best.index,
    score: best.score,
    decision: answer.decision,
    totalMs,
    energyJ: answer.energyJ.value,
    byFallback: answer.byFallback,
    preference,
    ...(named.success ? { requestId: named.data } : {}),
  }
}

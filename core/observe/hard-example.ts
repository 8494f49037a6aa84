// Which images are worth a person's label: those that the light model is least likely to have right. Its router sent
// them away, an audit found that the heavy model sees something else, or the router's score lies near its threshold,
// where a label moves the router most (uncertainty sampling: Lewis and Gale, A sequential algorithm for training text
// classifiers, 1994). An image whose client wants it to stay is never one, and neither is one that nothing routed.

import type { CaptureReason } from '#contract/observe/capture.ts'
import type { AnswerSeen } from './choose-audit.ts'

/** Scores lie in 0..1. Half a tenth on either side: a tenth of the images where scores are spread evenly. */
export const NEAR_THRESHOLD = 0.05

/** Undefined where the image is nothing special; `disagreed` is undefined where it was not audited. */
export function captureReason(
  { answer, preference }: AnswerSeen,
  disagreed?: boolean,
): CaptureReason | undefined {
  const { score, threshold, reason } = answer.decision
  if (preference === 'local-only' || reason !== 'routed') return undefined
  if (disagreed) return 'disagreed'
  if (answer.tier === 'edge') return 'offloaded'
  const isNear = score !== null && threshold !== null && Math.abs(score - threshold) <= NEAR_THRESHOLD
  return isNear ? 'near-threshold' : undefined
}

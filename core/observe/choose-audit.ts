// Which answers are checked at the edge: a share, drawn by lot, of those that their router kept on the device. What a
// client or a failing edge kept there says nothing about the router; and an image whose client wants it to stay stays.

import type { ClassifyAnswer } from '#contract/classify.ts'
import type { Preference } from '#contract/decision.ts'

export interface AnswerSeen {
  readonly answer: Pick<ClassifyAnswer, 'tier' | 'decision'>
  readonly preference: Preference
}

/** `lot` is uniform in [0, 1). */
export function isToAudit(seen: AnswerSeen, share: number | undefined, lot: number): boolean {
  return isKeptByRouter(seen) && share !== undefined && lot < share
}

export const isKeptByRouter = ({ answer, preference }: AnswerSeen): boolean =>
  answer.tier === 'local' && answer.decision.reason === 'routed' && preference !== 'local-only'

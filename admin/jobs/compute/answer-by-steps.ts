// The child's side of a computation by steps: what was computed before is taken as it is, every step that is not is
// told as soon as it is there. Between two steps the event loop turns, so that what was told is out before the next.

import { deserialize, serialize } from 'node:v8'
import type { WorkProgress } from '#contract/api/jobs.ts'
import type { BySteps } from '#core/steps.ts'
import { answerParent } from '#platform/ask-child.ts'
import { type Computed, computeOrRefuse } from '../core-refusal.ts'

export interface StepQuestion<Question> {
  readonly question: Question
  /** By step, as they were told. */
  readonly kept: ReadonlyMap<string, Uint8Array>
}

export type StepNews =
  | { readonly progress: WorkProgress }
  | { readonly step: { readonly name: string; readonly value: Uint8Array } }

type Tell = (news: StepNews) => Promise<void>

export function answerBySteps<Question, Answer>(
  begin: (question: Question, onProgress: (progress: WorkProgress) => void) => BySteps<Answer>,
): void {
  answerParent<StepQuestion<Question>, Computed<Answer>, StepNews>(({ question, kept }, tell) =>
    walk(begin(question, seldom(tell)), kept, tell),
  )
}

async function walk<Answer>(
  work: BySteps<Answer>,
  kept: ReadonlyMap<string, Uint8Array>,
  tell: Tell,
): Promise<Computed<Answer>> {
  let at = computeOrRefuse(() => work.next())
  for (;;) {
    if (!at.ok) return at
    if (at.value.done) return { ok: true, value: at.value.value }
    const { name, compute } = at.value.value
    const before = kept.get(name)
    const computed = before ? { ok: true as const, value: deserialize(before) } : computeOrRefuse(compute)
    if (!computed.ok) return computed
    if (!before) await tell({ step: { name, value: serialize(computed.value) } })
    at = computeOrRefuse(() => work.next(computed.value))
  }
}

const TELL_EVERY_MS = 250

/** The core tells every step; the end of a stage is always told. */
function seldom(tell: Tell): (progress: WorkProgress) => void {
  let told = { step: '', at: 0 }
  return (progress) => {
    const now = Date.now()
    const isOld = progress.step === told.step && progress.done < progress.total
    if (isOld && now - told.at < TELL_EVERY_MS) return
    told = { step: progress.step, at: now }
    void tell({ progress })
  }
}

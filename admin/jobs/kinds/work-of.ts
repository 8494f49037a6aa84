// What each kind of job does.

import type { WorkKind } from '#contract/api/jobs.ts'
import { evaluate } from './evaluation.ts'
import { importRouter } from './forest-import.ts'
import { collectUnused, retainDecisions, rollUp } from './housekeeping.ts'
import type { JobWork } from './job-port.ts'
import { train } from './training.ts'

export const WORK_OF: Readonly<Record<WorkKind, JobWork>> = {
  training: train,
  'forest-import': importRouter,
  evaluation: evaluate,
  'decision-roll-up': rollUp,
  'decision-retention': retainDecisions,
  'artifact-collection': collectUnused,
}

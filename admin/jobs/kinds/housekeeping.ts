// What the control plane does for itself, now and then (schedule.ts): each is little but SQL, harmless to do twice, and
// goes on where it was when it is cut short.

import { z } from 'zod'
import { dropOldPartitions } from '#db/partitions/drop-old-partitions.ts'
import { ensurePartitions } from '#db/partitions/ensure-partitions.ts'
import { rollUpDecisions } from '#db/queries/observe/decision-hours.ts'
import type { JobWork } from './job-port.ts'

const RetentionInput = z.object({ days: z.number().int().positive() })

/** Figures by the hour. */
export const rollUp: JobWork = async ({ db }) => {
  const result = await rollUpDecisions(db)
  return async () => ({ rolledUp: result ?? null })
}

/** Partitions ahead of their days, and an end to old ones. */
export const retainDecisions: JobWork = async ({ db, job }) => {
  const { days } = RetentionInput.parse(job.input)
  const { made } = await ensurePartitions(db, days)
  const { dropped, rows } = await dropOldPartitions(db, days)
  return async () => ({ made, dropped, rows })
}

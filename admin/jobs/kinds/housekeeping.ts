// What the control plane does for itself, now and then (schedule.ts): each is little but SQL, harmless to do twice, and
// goes on where it was when it is cut short.

import { z } from 'zod'
import { dropOldPartitions } from '#db/partitions/drop-old-partitions.ts'
import { ensurePartitions } from '#db/partitions/ensure-partitions.ts'
import { rollUpDecisions } from '#db/queries/observe/decision-hours.ts'
import { collectArtifacts } from '../../artifacts/collect-artifacts.ts'
import { sweepUploads } from '../../artifacts/uploads.ts'
import type { JobWork } from './job-port.ts'

const CollectionInput = z.object({ graceHours: z.number().positive(), uploadHours: z.number().positive() })
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

/** Uploads that were left alone, and artifacts that nothing refers to. */
export const collectUnused: JobWork = async (port) => {
  const { graceHours, uploadHours } = CollectionInput.parse(port.job.input)
  const uploads = await sweepUploads(port, uploadHours)
  // Digests stay out of the result: what a job names counts as referred to.
  const { unreferenced, strays } = await collectArtifacts(port, { graceHours, signal: port.signal })
  return async () => ({ uploads, unreferenced, strays })
}

// What goes with the end of a job: the steps that nobody will take up again, and, where it came to nothing, the word to
// the row that it worked on. In the transaction that ends it, so that no evaluation runs whose job does not.

import { eq } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { jobSteps, type jobs } from '../../schema/jobs.ts'
import { failEvaluation } from '../train/evaluations.ts'

export async function clearJob(
  tx: Db,
  { id, kind, subject, error }: Pick<typeof jobs.$inferSelect, 'id' | 'kind' | 'subject' | 'error'>,
): Promise<void> {
  await tx.delete(jobSteps).where(eq(jobSteps.jobId, id))
  if (error !== null && kind === 'evaluation') await failEvaluation(tx, subject!, error)
}

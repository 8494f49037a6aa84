// The control plane's own work: what waits, what runs and how far it is, what came of it; and an end to it before its
// time.

import { WorkList } from '#contract/api/jobs.ts'
import { ById } from '#contract/api/names.ts'
import { pageJobs } from '#db/queries/jobs/job-pages.ts'
import { cancelJob, findJob } from '#db/queries/jobs/jobs.ts'
import { signatureOf } from '../auth/actor.ts'
import { found, Refusal } from '../refusal.ts'
import { mutation, query, router } from './trpc.ts'

export const jobsRouter = router({
  list: query.input(WorkList.prefault({})).query(({ ctx, input }) => pageJobs(ctx.db, input)),

  get: query
    .input(ById)
    .query(async ({ ctx, input }) => found(await findJob(ctx.db, input.id), 'job', input.id)),

  /** Nothing of it is kept, however far it was; whoever works on it learns it within a second. */
  cancel: mutation.input(ById).mutation(async ({ ctx, input: { id } }) => {
    const before = found(await findJob(ctx.db, id), 'job', id)
    const job = await cancelJob(ctx.db, id, `Cancelled by ${signatureOf(ctx.actor)}`)
    if (!job) {
      const { state } = found(await findJob(ctx.db, id), 'job', id)
      throw new Refusal('conflict', `Cannot cancel job "${id}": is ${state}, expected queued or running`)
    }
    ctx.audit.changed(`job ${id}`, { state: before.state }, { state: job.state })
    return job
  }),
})

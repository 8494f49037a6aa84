// What a person can watch as it happens, as server-sent events: measurements, jobs, evaluations, rollouts, decisions.
// Each stream ends by itself when what it shows is over, but for decisions, which never are.

import { WatchDecisions, WatchOne, WatchProfiles } from '#contract/api/live.ts'
import { findJob } from '#db/queries/jobs/jobs.ts'
import { profileProgress } from '#db/queries/lists/job-lists.ts'
import { findEvaluation } from '#db/queries/train/evaluations.ts'
import { viewRollout } from '../api/promote/rollout-view.ts'
import { inWords, query, router } from '../api/trpc.ts'
import { found } from '../refusal.ts'
import { decisionFeed } from './decision-feed.ts'
import { watchState } from './watch-state.ts'

/** What devices report of a rollout nobody tells: a NOTIFY for each report would hold up a fleet. */
const ROLLOUT_LOOK_EVERY_MS = 1_000

const HAS_ENDED = ['done', 'failed', 'cancelled']

const never = new AbortController().signal

export const liveRouter = router({
  profiles: query.input(WatchProfiles).subscription(({ ctx, input: { ids, lastEventId }, signal }) =>
    inWords(
      watchState(ctx.live, {
        watch: { topics: ids.map((id) => `profile:${id}`), signal: signal ?? never },
        read: () => profileProgress(ctx.db, ids),
        isOver: (jobs) => jobs.every((job) => HAS_ENDED.includes(job.state)),
        lastEventId: lastEventId ?? undefined,
      }),
    ),
  ),

  job: query.input(WatchOne).subscription(({ ctx, input: { id, lastEventId }, signal }) =>
    inWords(
      watchState(ctx.live, {
        watch: { topics: [`job:${id}`], signal: signal ?? never },
        read: async () => {
          const job = found(await findJob(ctx.db, id), 'job', id)
          const { kind, state, progress, attempt, subject, result, error } = job
          return { id, kind, state, progress, attempt, subject, result, error }
        },
        isOver: (job) => HAS_ENDED.includes(job.state),
        lastEventId: lastEventId ?? undefined,
      }),
    ),
  ),

  /** Without the report, which is long: whoever wants it gets it by the id. */
  evaluation: query.input(WatchOne).subscription(({ ctx, input: { id, lastEventId }, signal }) =>
    inWords(
      watchState(ctx.live, {
        watch: { topics: [`evaluation:${id}`], signal: signal ?? never },
        read: async () => {
          const { state, progress, error } = found(await findEvaluation(ctx.db, id), 'evaluation', id)
          return { id, state, progress, error }
        },
        isOver: ({ state }) => state !== 'running',
        lastEventId: lastEventId ?? undefined,
      }),
    ),
  ),

  rollout: query.input(WatchOne).subscription(({ ctx, input: { id, lastEventId }, signal }) =>
    inWords(
      watchState(ctx.live, {
        watch: { topics: [`rollout:${id}`], signal: signal ?? never, everyMs: ROLLOUT_LOOK_EVERY_MS },
        read: () => ctx.live.look(`rollout ${id}`, () => viewRollout(ctx.db, id)),
        // What was made current at once has no steps.
        isOver: ({ endedAt, events }) => endedAt !== null || events.length === 0,
        lastEventId: lastEventId ?? undefined,
      }),
    ),
  ),

  decisions: query.input(WatchDecisions).subscription(({ ctx, input, signal }) =>
    inWords(
      decisionFeed({
        ...{ db: ctx.db, live: ctx.live, signal: signal ?? never },
        deploymentId: input.deploymentId,
        limit: input.limit,
        lastEventId: input.lastEventId ?? undefined,
      }),
    ),
  ),
})

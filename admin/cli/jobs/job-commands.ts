// `tandem jobs`: what the control plane works on by itself, an end to it, and a worker of one's own beside it.

import type { Command } from 'commander'
import { ASKED_KINDS, WorkKind, WorkState } from '#contract/api/jobs.ts'
import { allOf } from '../../client/link/pages.ts'
import { type Work, waitForWork } from '../../client/work.ts'
import { showSteps } from '../progress.ts'
import { environmentFor, openSession } from '../session.ts'
import { onLeaving } from '../shell/interrupted.ts'
import { table } from '../table.ts'
import { choices, counted } from './choices.ts'
import { runWorker } from './run-worker.ts'

const SHOWN = 50

export function addJobCommands(program: Command): void {
  const jobs = program.command('jobs').description('work of the control plane: trainings, evaluations')
  jobs
    .command('list')
    .description('newest first')
    .option('--state <states>', 'comma-separated', choices(WorkState.options))
    .option('--kind <kinds>', 'comma-separated', choices(WorkKind.options), [...ASKED_KINDS])
    .option('--all', 'housekeeping too')
    .option('--limit <n>', 'at most', counted, SHOWN)
    .action(async ({ state: states, kind, all, limit }, command: Command) => {
      const session = await openSession(command)
      const kinds = all ? WorkKind.options : kind
      const rows = await allOf(session.api.trpc.jobs.list, { kinds, states }, limit)
      session.print(
        rows,
        table([
          ['job', 'kind', 'state', 'progress', 'attempt', 'asked by', 'asked at'],
          ...rows.map((job) => [
            ...[job.id, job.kind, job.state, progressOf(job), job.attempt, job.askedBy, job.createdAt],
          ]),
        ]),
      )
    })
  jobs
    .command('show')
    .description('one job: how far it is, who works on it, what came of it')
    .argument('<job>', 'id, as `tandem jobs list` names it')
    .option('--wait', 'until it has ended')
    .action(async (id: string, { wait }, command: Command) => {
      const session = await openSession(command)
      using bars = showSteps()
      using _ = onLeaving({ line: `Job ${id} goes on without you` })
      const job = wait
        ? await waitForWork(session.api, id, bars.to)
        : await session.api.trpc.jobs.get.query({ id })
      session.print(job, lines(job))
    })
  jobs
    .command('cancel')
    .description('end a job; its worker stops within a step')
    .argument('<job>', 'id, as `tandem jobs list` names it')
    .action(async (id: string, _options, command: Command) => {
      const session = await openSession(command)
      const job = await session.api.trpc.jobs.cancel.mutate({ id })
      session.print(job, `Job ${job.id}: ${job.state}`)
    })
  jobs
    .command('work')
    .description(
      'work on jobs in this process, beside the control plane; settings are those of a control plane',
    )
    .action((_options, command: Command) => runWorker(environmentFor(command)))
}

const progressOf = ({ state, progress }: Pick<Work, 'state' | 'progress'>): string =>
  state === 'done' ? '100%' : `${Math.round((progress.done * 100) / progress.total)}% ${progress.step}`

function lines(job: Work): string {
  const facts = [
    `Job ${job.id}: ${job.kind}, ${job.state}, ${progressOf(job)}`,
    `Asked for by ${job.askedBy} at ${job.createdAt}`,
    job.worker === null
      ? undefined
      : `Attempt ${job.attempt}, by ${job.worker}, heard of at ${job.heartbeatAt}`,
    job.error ?? undefined,
    job.result === null ? undefined : `Result: ${JSON.stringify(job.result)}`,
  ]
  return facts.filter((line) => line !== undefined).join('\n')
}

// Stage promote: what is on its way. Exit code 1 where a watched rollout was sent back or replaced.

import type { Command } from 'commander'
import { CommandFailed } from '../../client/api.ts'
import { allOf } from '../../client/link/pages.ts'
import { countsOf, figuresOf, type RolloutView, stageName, watchRollout } from '../../client/watch-rollout.ts'
import { openSession, type Session } from '../session.ts'
import { onLeaving } from '../shell/interrupted.ts'
import { count, table } from '../table.ts'

/** Until it ends; throws where that is no good end. */
export async function watchToEnd(session: Session, id: string, answer?: unknown): Promise<void> {
  using _ = onLeaving({
    line:
      `The rollout goes on without you. See it with: tandem rollouts watch ${id}\n` +
      `Send it back with: tandem rollouts abort ${id}`,
  })
  const view = await watchRollout(session.api, id, (line) => session.tell(`  ${line}`))
  if (view.state !== 'completed')
    throw new CommandFailed(
      `Rollout "${id}" of deployment ${view.deployment.version} is ${view.state}: ${view.reason}`,
    )
  session.print(
    answer ?? view,
    `Deployment ${view.deployment.version} is current: rollout "${id}" has completed`,
  )
}

function viewText(view: RolloutView): string {
  const head = `Rollout ${view.id} of deployment ${view.deployment.version} by ${view.startedBy}: ${view.state}`
  const rows = view.stages.map((s, i) => [i + 1, stageName(s), s.is, countsOf(s) || '-', figuresOf(s) || '-'])
  const failed = view.stages.flatMap((s) =>
    s.devices.filter((d) => d.state === 'failed').map((d) => `  ${d.name}: ${d.message}`),
  )
  const waits = view.waitsFor === '' ? [] : [`Now: ${view.waitsFor}`]
  return [
    head,
    view.reason,
    table([['', 'stage', 'is', 'devices', 'quality'], ...rows]),
    ...failed,
    ...waits,
  ].join('\n')
}

export function addRolloutCommands(program: Command): void {
  const rollouts = program.command('rollouts').description('deployments on their way, stage by stage')
  rollouts
    .command('list')
    .description('those under way')
    .option('--all', 'also those that have ended, newest first', false)
    .option('--limit <n>', 'how many at most', count, 20)
    .action(async ({ all, limit }: { all: boolean; limit: number }, command: Command) => {
      const session = await openSession(command)
      const list = await allOf(session.api.trpc.rollouts.list, { all }, limit)
      const head = ['id', 'deployment', 'state', 'stage', 'by', 'why']
      const rows = list.map((r) => [
        r.id,
        r.version,
        r.state,
        `${r.cuts.length}/${r.plan.stages.length}`,
        r.startedBy,
        r.reason,
      ])
      session.print(list, table([head, ...rows]))
    })
  rollouts
    .command('show')
    .description('one rollout: its stages, devices and figures, and what it waits for')
    .argument('<id>', 'as `tandem rollouts list` names it')
    .action(async (id: string, _options, command: Command) => {
      const session = await openSession(command)
      const view = await session.api.trpc.rollouts.get.query({ id })
      session.print(view, viewText(view))
    })
  rollouts
    .command('watch')
    .description('live, until it ends')
    .argument('<id>', 'as `tandem rollouts list` names it')
    .action(async (id: string, _options, command: Command) => watchToEnd(await openSession(command), id))
  const verbs = {
    pause: 'hold it where it is',
    resume: 'go on with a paused one',
    approve: 'let it pass the gate that it waits at',
    abort: 'send it back',
  } as const
  for (const [verb, description] of Object.entries(verbs))
    rollouts
      .command(verb)
      .description(description)
      .argument('<id>', 'as `tandem rollouts list` names it')
      .option('--reason <words>', 'kept with the step')
      .action(async (id: string, { reason }, command: Command) => {
        const session = await openSession(command)
        const row = await session.api.trpc.rollouts[verb as keyof typeof verbs].mutate({ id, reason })
        session.print(row, `Rollout "${id}" is ${row.state}: ${row.reason}`)
      })
}

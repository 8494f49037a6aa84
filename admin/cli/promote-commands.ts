// Stage promote: making a router and its pair the current deployment of a group, and going back.

import type { Command } from 'commander'
import { CommandFailed } from '../client/api.ts'
import { waitForServing } from '../client/wait.ts'
import { openSession, type Session } from './session.ts'
import { table } from './table.ts'

const ROLLOUT_TIMEOUT_MS = 180_000

interface Started {
  readonly deployment: {
    readonly id: string
    readonly version: number
    readonly local: { name: string }
    readonly edge: { name: string }
  }
}

async function follow(session: Session, group: string, started: Started): Promise<void> {
  const { id, version, local, edge } = started.deployment
  session.tell(`Deployment ${version} (${id}): ${local.name} -> ${edge.name}`)
  const target = { deploymentId: id, group, timeoutMs: ROLLOUT_TIMEOUT_MS }
  await waitForServing(session.api, target, (line) => session.tell(`  ${line}`))
  session.print(started, `Serving deployment ${version} on every device of group "${group}"`)
}

export function addPromoteCommands(program: Command): void {
  program
    .command('promote')
    .description('deploy a router with its pair to a group and wait until all its devices serve it')
    .argument('[router]', 'version or id; the newest where left out')
    .option('--group <name>', 'group of devices', 'default')
    .option('--function <name>', 'classify function', 'classify')
    .option('--override <reason>', 'promote although the gate refuses; the reason is kept')
    .action(async (router: string | undefined, options, command: Command) => {
      const session = await openSession(command)
      const which = router ?? (await session.api.trpc.routers.list.query())[0]?.id
      if (which === undefined) throw new CommandFailed('Cannot promote: no router is trained yet')
      await follow(
        session,
        options.group,
        await session.api.trpc.rollouts.promote.mutate({ router: which, ...options }),
      )
    })
  program
    .command('rollback')
    .description('back to the deployment before the current one')
    .option('--group <name>', 'group of devices', 'default')
    .option('--to <deployment>', 'version or id')
    .action(async (options, command: Command) => {
      const session = await openSession(command)
      await follow(session, options.group, await session.api.trpc.rollouts.rollback.mutate(options))
    })
  program
    .command('history')
    .description('what a group was told to run, newest first')
    .option('--group <name>', 'group of devices', 'default')
    .action(async (options, command: Command) => {
      const session = await openSession(command)
      const history = await session.api.trpc.rollouts.history.query(options)
      session.print(
        history,
        table([
          ['at', 'kind', 'state', 'deployment', 'pair', 'router', 'by'],
          ...history.map(({ rollout, deployment: { document: d } }) => [
            rollout.createdAt,
            rollout.kind,
            rollout.state,
            d.version,
            `${d.local.name} -> ${d.edge.name}`,
            `${d.router.kind} v${d.router.version}`,
            rollout.startedBy,
          ]),
        ]),
      )
    })
}

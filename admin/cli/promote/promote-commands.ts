// Stage promote: making a router and its pair the current deployment of a group, and going back.

import type { Command } from 'commander'
import { CommandFailed } from '../../client/api.ts'
import { allOf } from '../../client/link/pages.ts'
import { waitForServing } from '../../client/wait.ts'
import { openSession, type Session } from '../session.ts'
import { onLeaving } from '../shell/interrupted.ts'
import { count, table } from '../table.ts'
import { addAliasCommands } from './alias-commands.ts'
import { type ObserveOptions, observePolicy, withObserveOptions } from './observe-options.ts'
import { type OffloadOptions, offloadPolicy, withOffloadOptions } from './offload-options.ts'
import { type PlanOptions, planFrom, withPlanOptions } from './plan-options.ts'
import { addRolloutCommands, watchToEnd } from './rollout-commands.ts'

const ROLLOUT_TIMEOUT_MS = 180_000

interface Started {
  readonly deployment: {
    readonly id: string
    readonly version: number
    readonly local: { name: string }
    readonly edge: { name: string }
  }
}

interface PromoteOptions extends PlanOptions, ObserveOptions, OffloadOptions {
  readonly group: string
  readonly function: string
  readonly override?: string
  readonly alias: string
  readonly replace: boolean
  readonly edgeUrl: readonly string[]
  readonly edgeModel?: string
}

const pairOf = ({ deployment: { id, version, local, edge } }: Started): string =>
  `deployment ${version} (${id}): ${local.name} -> ${edge.name}`

async function follow(session: Session, group: string, started: Started): Promise<void> {
  const { id, version } = started.deployment
  session.tell(`D${pairOf(started).slice(1)}`)
  using _ = onLeaving({
    line:
      `The devices go on installing it. See them with: tandem devices list --group ${group}\n` +
      `Send it back with: tandem rollback --group ${group}`,
  })
  const target = { deploymentId: id, group, timeoutMs: ROLLOUT_TIMEOUT_MS }
  await waitForServing(session.api, target, (line) => session.tell(`  ${line}`))
  session.print(started, `Serving deployment ${version} on every device of group "${group}"`)
}

/** What is current as the command begins: where somebody else changes it meanwhile, the command is refused. */
async function currentId(session: Session, group: string): Promise<string | null> {
  const { items } = await session.api.trpc.rollouts.history.query({ group, limit: 1 })
  return items[0]?.deployment.id ?? null
}

export function addPromoteCommands(program: Command): void {
  addAliasCommands(program)
  addRolloutCommands(program)
  const promote = program
    .command('promote')
    .description('deploy a router with its pair to a group and wait until all its devices serve it')
    .argument('[router]', 'version or id; the newest where left out')
    .option('--group <name>', 'group of devices', 'default')
    .option('--function <name>', 'function, or one version of it (name@2)', 'classify')
    .option('--override <reason>', 'promote although the gate refuses; the reason is kept')
    .option('--alias <name>', 'what moves to the deployment once it is current', 'stable')
    .option('--replace', 'end what the group is on its way to', false)
    .option(
      '--edge-url <url>',
      'a server of others that runs the edge half, as by `edges declare`; again for a second one',
      (url: string, before: readonly string[]) => [...before, url],
      [],
    )
    .option('--edge-model <name>', "what the pair's edge model is called there")
  withOffloadOptions(withObserveOptions(withPlanOptions(promote))).action(
    async (router: string | undefined, options: PromoteOptions, command: Command) => {
      const session = await openSession(command)
      const which = router ?? (await session.api.trpc.routers.list.query({ limit: 1 })).items[0]?.id
      if (which === undefined) throw new CommandFailed('Cannot promote: no router is trained yet')
      const expected = await currentId(session, options.group)
      const { group, override, alias, replace, quality } = options
      const order = { router: which, function: options.function, expected, group, override, alias, replace }
      const plan = { stages: planFrom(options), quality }
      const externalEdges = options.edgeUrl.map((url) => ({ url, model: options.edgeModel }))
      const policy = { ...offloadPolicy(options), ...observePolicy(options) }
      const started = await session.api.trpc.rollouts.promote.mutate({
        ...order,
        ...plan,
        policy,
        externalEdges,
      })
      if (!('plan' in started.rollout)) return follow(session, group, started)
      session.tell(`Rollout ${started.rollout.id} of ${pairOf(started)}`)
      await watchToEnd(session, started.rollout.id, started)
    },
  )
  program
    .command('rollback')
    .description('back to the newest deployment older than the current one')
    .option('--group <name>', 'group of devices', 'default')
    .option('--to <deployment>', 'version, id or alias')
    .option('--replace', 'end what the group is on its way to', false)
    .action(async (options, command: Command) => {
      const session = await openSession(command)
      const expected = await currentId(session, options.group)
      const started = await session.api.trpc.rollouts.rollback.mutate({ expected, ...options })
      await follow(session, options.group, started)
    })
  program
    .command('history')
    .description('what a group was told to run, newest first')
    .option('--group <name>', 'group of devices', 'default')
    .option('--limit <n>', 'how many at most', count, 20)
    .action(async ({ limit, group }: { limit: number; group: string }, command: Command) => {
      const session = await openSession(command)
      const history = await allOf(session.api.trpc.rollouts.history, { group }, limit)
      session.print(
        history,
        table([
          ['at', 'kind', 'state', 'deployment', 'pair', 'router', 'by', 'why'],
          ...history.map(({ rollout, deployment: { document: d } }) => [
            rollout.createdAt,
            rollout.kind,
            rollout.state,
            d.version,
            `${d.local.name} -> ${d.edge.name}`,
            `${d.router.kind} v${d.router.version}`,
            rollout.startedBy,
            rollout.reason ?? rollout.overrideReason ?? '',
          ]),
        ]),
      )
    })
}

// Stage promote: making a router and its pair the current deployment of a group, and going back.

import type { Command } from 'commander'
import { bundleFunction } from '#platform/bundle-function.ts'
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

/** What is current as the command begins: where somebody else changes it meanwhile, the command is refused. */
async function currentId(session: Session, group: string): Promise<string | null> {
  const [current] = await session.api.trpc.rollouts.history.query({ group, limit: 1 })
  return current?.deployment.id ?? null
}

export function addFunctionCommands(program: Command): void {
  const functions = program.command('functions').description('modules that answer an image on the devices')
  functions
    .command('deploy')
    .description('bundle a fetch module and store it as the next version; promote it with --function')
    .argument('<entry>', 'TypeScript or JavaScript module whose default export has fetch')
    .requiredOption('--name <name>', 'name of the function')
    .action(async (entry: string, options, command: Command) => {
      const session = await openSession(command)
      const code = await bundleFunction(entry).catch((cause: unknown) => {
        throw new CommandFailed(
          `Cannot bundle "${entry}": ${cause instanceof Error ? cause.message : 'it failed'}`,
          { cause },
        )
      })
      const { digest } = await session.api.upload(Buffer.from(code), 'text/javascript')
      const made = await session.api.trpc.functions.create.mutate({ name: options.name, file: digest })
      session.print(
        made,
        `Function "${made.name}" version ${made.version} (${made.id}): ${code.length} bytes`,
      )
    })
  functions.command('list').action(async (_options, command: Command) => {
    const session = await openSession(command)
    const all = await session.api.trpc.functions.list.query()
    session.print(
      all,
      table([['name', 'version', 'digest'], ...all.map((f) => [f.name, f.version, f.digest])]),
    )
  })
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
      const expected = await currentId(session, options.group)
      const started = await session.api.trpc.rollouts.promote.mutate({ router: which, expected, ...options })
      await follow(session, options.group, started)
    })
  program
    .command('rollback')
    .description('back to the newest deployment older than the current one')
    .option('--group <name>', 'group of devices', 'default')
    .option('--to <deployment>', 'version or id')
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

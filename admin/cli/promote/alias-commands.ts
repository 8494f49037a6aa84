// Stage promote: names for deployments.

import type { Command } from 'commander'
import { allOf } from '../../client/link/pages.ts'
import { openSession } from '../session.ts'
import { count, table } from '../table.ts'

const GROUP = ['--group <name>', 'group of devices', 'default'] as const

export function addAliasCommands(program: Command): void {
  const aliases = program.command('aliases').description('names for deployments that move, such as stable')
  aliases
    .command('list')
    .description('the names of a group, and the deployment that each stands for')
    .option(...GROUP)
    .action(async (options, command: Command) => {
      const session = await openSession(command)
      const list = await allOf(session.api.trpc.aliases.list, { group: options.group })
      const rows = list.map((a) => [a.name, a.version, a.isProtected ? 'protected' : '', a.proposedId ?? ''])
      session.print(list, table([['name', 'deployment', 'is', 'proposed'], ...rows]))
    })
  aliases
    .command('set')
    .description('let a name stand for another deployment')
    .argument('<name>', 'such as stable')
    .argument('<deployment>', 'version, id or another alias')
    .option(...GROUP)
    .option('--reason <words>', 'kept with the move')
    .option('--propose', 'of a protected one: say where it should go; somebody approves it then', false)
    .action(async (name: string, deployment: string, options, command: Command) => {
      const session = await openSession(command)
      const alias = await session.api.trpc.aliases.set.mutate({ name, deployment, ...options })
      const to = alias.proposedId ? `is proposed to go to ${alias.proposedId}` : `names ${alias.deploymentId}`
      session.print(alias, `Alias "${name}" of group "${options.group}" ${to}`)
    })
  aliases
    .command('approve')
    .description('let a protected name move to where somebody has proposed')
    .argument('<name>', 'such as stable')
    .requiredOption('--reason <words>', 'why it may move')
    .option(...GROUP)
    .action(async (name: string, options, command: Command) => {
      const session = await openSession(command)
      const alias = await session.api.trpc.aliases.approve.mutate({ name, ...options })
      session.print(alias, `Alias "${name}" of group "${options.group}" names ${alias.deploymentId}`)
    })
  aliases
    .command('protect')
    .description('let it move forward only with approval')
    .argument('<name>', 'such as stable')
    .option(...GROUP)
    .option('--off', 'let it move freely again', false)
    .action(async (name: string, { off, group }, command: Command) => {
      const session = await openSession(command)
      const alias = await session.api.trpc.aliases.protect.mutate({ name, group, protected: !off })
      session.print(
        alias,
        `Alias "${name}" of group "${group}" is ${alias.isProtected ? '' : 'not '}protected`,
      )
    })
  aliases
    .command('history')
    .description('where a name has been, newest first')
    .argument('<name>', 'such as stable')
    .option(...GROUP)
    .option('--limit <n>', 'how many at most', count, 20)
    .action(async (name: string, options, command: Command) => {
      const session = await openSession(command)
      const moves = await allOf(
        session.api.trpc.aliases.history,
        { name, group: options.group },
        options.limit,
      )
      const rows = moves.map((m) => [m.at, m.deploymentId, m.actor, m.reason])
      session.print(moves, table([['at', 'deployment', 'by', 'why'], ...rows]))
    })
}

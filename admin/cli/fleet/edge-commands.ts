// Edge halves at servers of others (Triton, KServe): declared for one deployment, listed, revoked.

import type { Command } from 'commander'
import { allOf } from '../../client/link/pages.ts'
import { openSession } from '../session.ts'
import { table } from '../table.ts'

interface DeclareOptions {
  readonly model?: string
  readonly group: string
  readonly deployment?: string
}

export function addEdgeCommands(program: Command): void {
  const edges = program
    .command('edges')
    .description(
      'edge halves at other servers of the Open Inference Protocol v2, such as Triton (docs/oip.md)',
    )
  edges
    .command('declare')
    .description("let a server answer for a deployment's edge half; its model's metadata is checked first")
    .argument('<url>', 'where the server is: GET <url>/v2 answers')
    .option(
      '--model <name>',
      "what the deployment's edge model is called there; the same name where left out",
    )
    .option('--group <name>', 'group whose local devices ask it', 'default')
    .option('--deployment <which>', 'version, id or alias; the current, else the newest where left out')
    .action(async (url: string, options: DeclareOptions, command: Command) => {
      const session = await openSession(command)
      const edge = await session.api.trpc.edges.declare.mutate({ url, ...options })
      session.print(
        edge,
        `Edge ${edge.id}: ${edge.url} runs the edge half of deployment ${edge.version} as "${edge.model}" for group "${edge.groupName}"`,
      )
    })
  edges
    .command('list')
    .description('those that count, newest first')
    .option('--group <name>', 'of one group alone')
    .option('--all', 'revoked ones too', false)
    .action(async (options: { group?: string; all: boolean }, command: Command) => {
      const session = await openSession(command)
      const list = await allOf(session.api.trpc.edges.list, options)
      session.print(
        list,
        table([
          ['id', 'group', 'deployment', 'url', 'model', 'by', 'declared', 'revoked'],
          ...list.map((e) => [
            ...[e.id, e.groupName, e.version, e.url, e.model],
            ...[e.createdBy, e.createdAt, e.revokedAt],
          ]),
        ]),
      )
    })
  edges
    .command('revoke')
    .description('no image goes there any more; devices without another edge answer by themselves')
    .argument('<id>', 'as `tandem edges list` names it')
    .action(async (id: string, _options, command: Command) => {
      const session = await openSession(command)
      const { revoked } = await session.api.trpc.edges.revoke.mutate({ id })
      session.print({ revoked }, revoked ? `Revoked edge ${id}` : `Edge ${id} was revoked before`)
    })
}

// `tandem api-keys`: keys of robots. Not `tandem keys`, which are those that sign manifests.

import { type Command, InvalidArgumentError, Option } from 'commander'
import { Role } from '#contract/api/access.ts'
import { allOf } from '../../client/link/pages.ts'
import { openSession } from '../session.ts'
import { table } from '../table.ts'

interface AddOptions {
  readonly role: Role
  readonly scopes?: string[]
  readonly expiresInDays?: number
}

const days = (text: string): number => {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('expected a number of days above 0')
  return value
}

const list = (text: string): string[] => text.split(',').map((scope) => scope.trim())

export function addApiKeyCommands(program: Command): void {
  const keys = program.command('api-keys').description('keys of robots: scripts, CI, monitors')
  keys
    .command('list')
    .description('those that are good')
    .option('--all', 'revoked and expired ones too', false)
    .action(async ({ all }: { all: boolean }, command: Command) => {
      const session = await openSession(command)
      const rows = await allOf(session.api.trpc.apiKeys.list, { all })
      session.print(
        rows,
        table([
          ['id', 'name', 'role', 'scopes', 'expires', 'last used', 'revoked', 'made by'],
          ...rows.map((key) => [
            ...[key.id, key.name, key.role, key.scopes?.join(',') ?? 'all', key.expiresAt ?? 'never'],
            ...[key.lastUsedAt ?? 'never', key.revokedAt, key.createdBy],
          ]),
        ]),
      )
    })
  keys
    .command('add')
    .description('make one; its token is shown once')
    .argument('<name>', 'what it is for')
    .addOption(new Option('--role <role>', 'what it may do').choices(Role.options).makeOptionMandatory())
    .option('--scopes <scopes>', 'only these procedures, such as models,artifacts.put', list)
    .option('--expires-in-days <n>', 'never, where it is left out', days)
    .action(async (name: string, options: AddOptions, command: Command) => {
      const session = await openSession(command)
      const key = await session.api.trpc.apiKeys.add.mutate({ name, ...options })
      session.tell(
        `Key "${key.name}" (${key.id}), role ${key.role}. Its token, for TANDEM_API_KEY, shown once:`,
      )
      session.print(key, key.token)
    })
  keys
    .command('revoke')
    .description('at its next call it is nobody’s')
    .argument('<key>', 'id, or name where one key alone has it')
    .action(async (key: string, _options, command: Command) => {
      const session = await openSession(command)
      const answer = await session.api.trpc.apiKeys.revoke.mutate({ key })
      session.print(answer, `Revoked key "${answer.name}" (${answer.id})`)
    })
}

// `tandem audit`: who did what, newest first.

import { type Command, InvalidArgumentError } from 'commander'
import { allOf } from '../../client/link/pages.ts'
import { openSession } from '../session.ts'
import { table } from '../table.ts'

interface AuditOptions {
  readonly limit: number
  readonly actor?: string
  readonly action?: string
  readonly outcome?: string
  readonly subject?: string
  readonly since?: string
}

const count = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number above 0')
  return value
}

/** A day alone is its first moment, UTC. */
const instant = (text: string): string => {
  const at = new Date(text)
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError('expected a time such as 2026-01-31T08:00:00Z')
  return at.toISOString()
}

const CELL_MAX = 60
const short = (value: unknown): string => {
  const text = JSON.stringify(value ?? null)
  return text.length > CELL_MAX ? `${text.slice(0, CELL_MAX)}…` : text
}

export function addAuditCommand(program: Command): void {
  program
    .command('audit')
    .description('who did what, from where, and what changed by it; whole with --json')
    .option('--limit <n>', 'lines', count, 50)
    .option('--actor <id>', 'of one user or key')
    .option('--action <path>', 'a procedure, or all that begin with it: models, users.add')
    .option('--outcome <code>', 'ok, or a code such as FORBIDDEN')
    .option('--subject <what>', 'what was changed, such as "alias default/stable"')
    .option('--since <instant>', 'such as 2026-01-31 or 2026-01-31T08:00:00Z', instant)
    .action(async ({ limit, actor: actorId, ...filter }: AuditOptions, command: Command) => {
      const session = await openSession(command)
      const lines = await allOf(session.api.trpc.audit.list, { actorId, ...filter }, limit)
      session.print(
        lines,
        table([
          ['at', 'who', 'from', 'action', 'outcome', 'subject', 'before', 'after'],
          ...lines.map((line) => [
            ...[line.at, line.actor, line.address, line.action, line.outcome, line.subject],
            ...(line.subject === null ? [null, null] : [short(line.before), short(line.after)]),
          ]),
        ]),
      )
    })
}

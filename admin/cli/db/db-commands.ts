// `tandem db`: backups of the control plane's database, made where it runs. The work is a process of its own
// (admin/database/main.ts), on the settings of the control plane: TANDEM_HOME, DATABASE_URL and the artifact store's.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { RUNNER } from '#platform/launch/fork-program.ts'
import { environmentFor } from '../session.ts'

interface Flags {
  readonly json?: boolean
  readonly artifacts?: boolean
  readonly force?: boolean
  readonly yes?: boolean
}

export function addDatabaseCommands(program: Command): void {
  const db = program.command('db').description('back up and restore the database, on its own machine')
  db.command('backup')
    .argument('<file>', 'to write; it must not exist')
    .description('all tables at one moment, while the control plane runs (docs/backup.md)')
    .option('--artifacts', 'with the files behind them: models, images, captures')
    .action(run('backup'))
  db.command('verify')
    .argument('<file>', 'a backup')
    .description('read a backup to its end and check every byte')
    .action(run('verify'))
  db.command('restore')
    .argument('<file>', 'a backup')
    .description('into an empty database that no control plane uses, all or nothing')
    .option('--artifacts', 'its files too, into the artifact store')
    .option('--force', 'delete what is in the database; asks first')
    .option('--yes', 'with --force: do not ask')
    .action(run('restore'))
}

const run = (task: string) => async (file: string, _: unknown, command: Command) => {
  const flags = command.optsWithGlobals<Flags>()
  const given = (['json', 'artifacts', 'force', 'yes'] as const).filter((name) => flags[name])
  const args = [task, file, ...given.map((name) => `--${name}`)]
  process.exitCode = await ended(args, environmentFor(command))
}

/** Its exit code. Ctrl-C reaches it as well, by the terminal. */
function ended(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  // The child tells how it ends; a parent that is gone before it would give the terminal back too early.
  process.on('SIGINT', () => undefined)
  const entry = fileURLToPath(new URL('../../database/main.ts', import.meta.url))
  const child = spawn(process.execPath, [RUNNER, entry, ...args], {
    stdio: 'inherit',
    env,
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

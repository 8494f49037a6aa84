// PostgreSQL refuses to run as root, and containers and boards often are root. Three ways out, in order:
// the account that owns the cluster; a user namespace, in which root appears as an ordinary user and keeps
// its own files; an unprivileged account that the cluster is given to.
import { execFile, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, statSync } from 'node:fs'
import { promisify } from 'node:util'
import type { ClusterPaths } from './cluster-paths.ts'
import { PostgresUnavailable } from './postgres-unavailable.ts'

/** How PostgreSQL's programs are started: a command to go through, or an account to become. */
export type Privilege = { through: readonly string[]; account?: { uid: number; gid: number } }

const asIs: Privilege = { through: [] }
const inUserNamespace: Privilege = {
  through: ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'],
}

/** Also proves that the program runs here at all: on musl it is installed, but cannot be executed. */
export function choosePrivilege(paths: ClusterPaths, postgres: string): Privilege {
  if (process.getuid?.() !== 0) {
    if (canRun(asIs, postgres)) return asIs
    throw new PostgresUnavailable(
      'no_binaries',
      `Cannot run "${postgres}": it does not execute on this system (it needs glibc on Linux), expected it to print its version; set DATABASE_URL to a server of your own`,
    )
  }
  const owner = existsSync(paths.data) ? statSync(paths.data) : undefined
  const ownedByRoot = owner === undefined || owner.uid === 0
  if (ownedByRoot && canRun(inUserNamespace, postgres)) return inUserNamespace
  const account = ownedByRoot ? findAccount() : { uid: owner.uid, gid: owner.gid }
  const become: Privilege | undefined = account && { through: [], account }
  if (!become || !canRun(become, postgres)) {
    throw new PostgresUnavailable(
      'no_account',
      `Cannot run "${postgres}" as root: PostgreSQL refuses that, expected user namespaces or an account (postgres, nobody) that can reach the program; start as an ordinary user, or set DATABASE_URL`,
    )
  }
  giveFolder(paths, become)
  return become
}

/** The arguments for spawn: [command, arguments, options]. */
export function asCommand(privilege: Privilege, program: string, args: readonly string[]) {
  const [command = program, ...rest] = [...privilege.through, program, ...args]
  return [command, rest, { ...privilege.account, env: serverEnvironment() }] as const
}

/** Hands over what the account must own. Rejects when chown does. */
export async function giveTo(privilege: Privilege, folder: string): Promise<void> {
  const { account } = privilege
  if (account) await promisify(execFile)('chown', ['-R', `${account.uid}:${account.gid}`, folder])
}

function giveFolder(paths: ClusterPaths, { account }: Privilege): void {
  if (account && statSync(paths.folder).uid !== account.uid) {
    chmodSync(paths.folder, 0o711) // The account walks through to its cluster, but cannot list the rest.
  }
}

function canRun(privilege: Privilege, postgres: string): boolean {
  const [command, args, options] = asCommand(privilege, postgres, ['--version'])
  return spawnSync(command, args, { ...options, stdio: 'ignore' }).status === 0
}

function findAccount(): { uid: number; gid: number } | undefined {
  const number = (flag: string, name: string) =>
    Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout || 0)
  return ['postgres', 'nobody']
    .map((name) => ({ uid: number('-u', name), gid: number('-g', name) }))
    .find((account) => account.uid > 0)
}

// PG* variables of the reader's shell would override our settings; log messages must be in English,
// because start-postmaster.ts reads them.
function serverEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name))
  return { ...Object.fromEntries(inherited), LC_ALL: 'C' }
}

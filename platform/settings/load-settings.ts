// Where settings come from, in one order for every process: flags, the environment, the file of the project, the file of
// the user, defaults. What files say is put beneath the environment, once, at the door: config.ts files read the result
// and need not know of files.
//
// A project's file is read from the folder that a process is started in, and it may name a command that signs and an
// address that gets a key: so one that somebody else owns, or may write to, is refused unless TANDEM_CONFIG names it.

import { statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { readSettingsFile, type SettingsFile, SettingsRefused } from './settings-file.ts'

export const PROJECT_FILE = 'tandem.json'

export interface LoadedSettings {
  /** The environment, and beneath it what files say. */
  readonly env: NodeJS.ProcessEnv
  /** The one that counts first. */
  readonly files: readonly SettingsFile[]
}

export function loadSettings(env: NodeJS.ProcessEnv, folder = process.cwd()): LoadedSettings {
  const files = [projectFile(env, folder), userFile(env)].filter((file) => file !== undefined)
  const beneath = Object.assign({}, ...files.map(({ values }) => values).reverse()) as NodeJS.ProcessEnv
  return { env: { ...beneath, ...env }, files }
}

/** `TANDEM_CONFIG` names another; empty, there is none. */
function projectFile(env: NodeJS.ProcessEnv, folder: string): SettingsFile | undefined {
  const named = env.TANDEM_CONFIG
  if (named === '') return undefined
  const file = path.resolve(folder, named ?? PROJECT_FILE)
  if (named === undefined) requireOwn(file)
  const read = readSettingsFile(file, 'project')
  if (named !== undefined && !read.isThere)
    throw new SettingsRefused(
      `Cannot read settings "${file}": it does not exist, expected the file that TANDEM_CONFIG names`,
    )
  return read
}

function userFile(env: NodeJS.ProcessEnv): SettingsFile | undefined {
  const base = env.XDG_CONFIG_HOME || path.join(env.HOME || os.homedir(), '.config')
  return readSettingsFile(path.join(base, 'tandem', 'config.json'), 'user')
}

/** Windows tells no owners. */
function requireOwn(file: string): void {
  const own = process.getuid?.()
  const stat = statSync(file, { throwIfNoEntry: false })
  if (own === undefined || stat === undefined) return
  const { uid, mode } = stat
  const why =
    uid !== own && uid !== 0 ? `user ${uid} owns it` : mode & 0o002 ? 'everybody may write to it' : undefined
  if (why !== undefined)
    throw new SettingsRefused(
      `Cannot read settings "${file}": ${why}, expected a file of your own, or TANDEM_CONFIG to name it`,
    )
}

// What every command shares: settings from flags, environment and files in their one order, the connection made of them,
// and output as text or as JSON.

import path from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { type LoadedSettings, loadSettings } from '#platform/settings/load-settings.ts'
import { SETTINGS, SettingsRefused, wrongIn } from '#platform/settings/settings-file.ts'
import { type Api, openApi } from '../client/api.ts'

export interface Output {
  readonly isJson: boolean
  /** The answer: `value` with --json, else the text. */
  print(value: unknown, text: string): void
  /** News for a person; never part of the answer. */
  tell(line: string): void
}

export interface Session extends Output {
  readonly api: Api
}

/** What the flags of every command say, by the settings that they stand for. */
export const FLAGS: Readonly<Record<string, 'url' | 'home'>> = { TANDEM_URL: 'url', TANDEM_HOME: 'home' }

type Flags = Partial<Record<'url' | 'home' | 'json', string | true>>

/** As --url takes it. */
export function address(text: string): string {
  if (wrongIn('TANDEM_URL', text) !== undefined)
    throw new InvalidArgumentError('expected an address such as http://127.0.0.1:7400')
  return text
}

/** The environment with files beneath it and flags above it, as the processes of a machine see it. */
export function settingsOf(command: Command): LoadedSettings {
  const flags = command.optsWithGlobals<Flags>()
  const loaded = loadSettings(process.env)
  const above = Object.entries(FLAGS)
    .filter(([, flag]) => typeof flags[flag] === 'string')
    .map(([variable, flag]) => [variable, flags[flag]])
  return { ...loaded, env: { ...loaded.env, ...Object.fromEntries(above) } }
}

export const isInEnvironment = (variable: string): boolean => process.env[variable] !== undefined

/** One of them as it counts; a wrong one is told by its name. Empty is how a shell unsets a variable for one command. */
export function settingOf({ env }: LoadedSettings, variable: string): string | undefined {
  const value = env[variable] || undefined
  const wrong = value === undefined ? undefined : wrongIn(variable, value)
  if (wrong !== undefined) throw new SettingsRefused(`Cannot read setting "${variable}": ${wrong}`)
  const byDefault = SETTINGS[variable]!.safeParse(undefined)
  return value ?? (byDefault.success && byDefault.data !== undefined ? String(byDefault.data) : undefined)
}

export const controlUrlOf = (settings: LoadedSettings): string =>
  (settingOf(settings, 'TANDEM_URL') ?? `http://127.0.0.1:${settingOf(settings, 'TANDEM_PORT')}`).replace(
    /\/+$/,
    '',
  )

export const homeOf = (settings: LoadedSettings): string => path.resolve(settingOf(settings, 'TANDEM_HOME')!)

export async function openSession(command: Command): Promise<Session> {
  const settings = settingsOf(command)
  const api = await openApi({
    url: controlUrlOf(settings),
    home: homeOf(settings),
    key: settingOf(settings, 'TANDEM_API_KEY'),
  })
  return { ...outputOf(command), api }
}

/** For commands that ask no control plane. */
export function outputOf(command: Command): Output {
  const isJson = command.optsWithGlobals<Flags>().json === true
  return {
    isJson,
    print: (value, text) =>
      process.stdout.write(`${isJson ? JSON.stringify(value ?? null, null, 2) : text}\n`),
    tell: (line) => void process.stderr.write(`${line}\n`),
  }
}

/** The key that signs manifests, as the control plane finds it. */
export function keyFileOf(command: Command): string {
  const settings = settingsOf(command)
  return settingOf(settings, 'TANDEM_SIGNING_KEY_FILE') ?? path.join(homeOf(settings), 'keys', 'manifest.jwk')
}

/** For processes that a command starts: what its flags say, they read as their environment. */
export function environmentFor(command: Command): NodeJS.ProcessEnv {
  const { env } = settingsOf(command)
  const above = Object.keys(FLAGS).filter((variable) => env[variable] !== undefined)
  return { ...process.env, ...Object.fromEntries(above.map((variable) => [variable, env[variable]])) }
}

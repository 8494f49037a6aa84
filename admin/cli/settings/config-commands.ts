// `tandem config`: every setting with its value and where it comes from, and a way to write one into a file. What is
// secret is never shown, not even in part.

import path from 'node:path'
import type { Command } from 'commander'
import type { LoadedSettings } from '#platform/settings/load-settings.ts'
import { factsOf, fileName } from '#platform/settings/setting.ts'
import {
  readSettingsFile,
  SETTINGS,
  type SettingsFile,
  SettingsRefused,
  variableOf,
  wrongIn,
} from '#platform/settings/settings-file.ts'
import { CommandFailed } from '../../client/api.ts'
import { FLAGS, isInEnvironment, outputOf, settingsOf } from '../session.ts'
import { table } from '../table.ts'
import { changeSettingsFile } from './change-settings-file.ts'

const MASK = '********'

interface Shown {
  readonly name: string
  readonly variable: string
  readonly value: string | null
  readonly from: string
  readonly what: string
  /** What is wrong with it. */
  readonly wrong?: string | undefined
}

export function addConfigCommands(program: Command): void {
  const config = program
    .command('config')
    .description('settings: of the CLI, the control plane and the workers of this machine')
  config
    .command('show')
    .description('each setting, its value, and whether a flag, the environment, a file or nobody says so')
    .argument('[name]', 'one alone, as in files or as in the environment')
    .action((name: string | undefined, _options, command: Command) => {
      const settings = settingsOf(command)
      const wanted = name === undefined ? Object.keys(SETTINGS) : [known(name)]
      const all = wanted.map((variable) => shown(variable, settings, command))
      const { print, tell } = outputOf(command)
      const rows = all.map(({ name, value, from }) => [name, value ?? '-', from])
      print(
        { settings: all, files: settings.files.map(({ file, of, isThere }) => ({ file, of, isThere })) },
        [table([['setting', 'value', 'from'], ...rows]), '', ...settings.files.map(fileLine)].join('\n'),
      )
      for (const { variable, wrong } of all) {
        if (wrong === undefined) continue
        tell(`Cannot read setting "${variable}": ${wrong}`)
        process.exitCode = 2
      }
    })
  addWriteCommands(config)
}

function addWriteCommands(config: Command): void {
  const into = ['--project', 'into ./tandem.json in place of your own file', false] as const
  config
    .command('set')
    .description('write a setting into your own file, for every folder')
    .argument('<name>', 'as `tandem config show` lists it')
    .argument('<value>', 'as the environment would hold it')
    .option(...into)
    .action((name: string, value: string, options: { project: boolean }, command: Command) =>
      change(name, value, options, command),
    )
  config
    .command('unset')
    .description('take a setting out of the file')
    .argument('<name>', 'as `tandem config show` lists it')
    .option(...into)
    .action((name: string, options: { project: boolean }, command: Command) =>
      change(name, undefined, options, command),
    )
}

async function change(
  name: string,
  value: string | undefined,
  { project }: { project: boolean },
  command: Command,
): Promise<void> {
  const variable = known(name)
  const wrong = value === undefined ? undefined : wrongIn(variable, value)
  if (wrong !== undefined) throw new SettingsRefused(`Cannot set "${name}": ${wrong}`)
  const { files } = settingsOf(command)
  const of = project ? 'project' : 'user'
  const file = files.find((f) => f.of === of)
  if (file === undefined)
    throw new CommandFailed(`Cannot set "${name}": TANDEM_CONFIG is empty, expected a project’s file`)
  await changeSettingsFile(file.file, fileName(variable), writtenAs(variable, value, of))
  readSettingsFile(file.file, of)
  const { print } = outputOf(command)
  print(
    { name: fileName(variable), file: file.file },
    `${value === undefined ? 'Took' : 'Wrote'} "${fileName(variable)}" ${value === undefined ? 'out of' : 'into'} ${file.file}`,
  )
}

/** Numbers as numbers; in one's own file, whose folder nobody thinks of, paths from the root. */
function writtenAs(variable: string, value: string | undefined, of: SettingsFile['of']) {
  if (value === undefined) return undefined
  if (typeof SETTINGS[variable]!.parse(value) === 'number') return Number(value)
  return factsOf(SETTINGS[variable]!).isPath && of === 'user' ? path.resolve(value) : value
}

function known(name: string): string {
  const variable = variableOf(name)
  if (variable !== undefined) return variable
  throw new SettingsRefused(
    `Cannot find setting "${name}": there is none, expected one that \`tandem config show\` lists`,
  )
}

function shown(variable: string, settings: LoadedSettings, command: Command): Shown {
  const { what, isSecret, otherwise } = factsOf(SETTINGS[variable]!)
  const value = settings.env[variable]
  const common = { name: fileName(variable), variable, what }
  if (value !== undefined)
    return {
      ...common,
      value: isSecret ? MASK : value,
      from: sourceOf(variable, settings, command),
      wrong: value === '' ? undefined : wrongIn(variable, value),
    }
  const byDefault = SETTINGS[variable]!.safeParse(undefined).data
  const from = otherwise === undefined ? 'default' : `default: ${otherwise}`
  return { ...common, value: byDefault === undefined ? null : String(byDefault), from }
}

function sourceOf(variable: string, { files }: LoadedSettings, command: Command): string {
  const flag = FLAGS[variable]
  if (flag !== undefined && command.optsWithGlobals<Record<string, unknown>>()[flag] !== undefined)
    return `--${flag}`
  if (isInEnvironment(variable)) return `environment: ${variable}`
  return files.find(({ values }) => values[variable] !== undefined)!.file
}

const fileLine = ({ file, of, isThere }: SettingsFile): string =>
  `${of === 'project' ? 'project’s' : 'your own'} file: ${file}${isThere ? '' : ' (not there)'}`

// A file of settings: JSON, an object of them by their names. It is checked whole, with the settings that the process at
// hand does not read, so that a slip is told by file and field whoever comes across it first.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { z } from 'zod'
import { controlSettings } from './control-settings.ts'
import { deviceSettings } from './device-settings.ts'
import { factsOf, fileName } from './setting.ts'
import { clientSettings, demoSettings, sharedSettings } from './shared-settings.ts'

/** All there are, by their names in the environment. */
export const SETTINGS: Readonly<Record<string, z.ZodType>> = {
  ...clientSettings,
  ...sharedSettings,
  ...controlSettings,
  ...deviceSettings,
  ...demoSettings,
}

const VARIABLE_OF = new Map(Object.keys(SETTINGS).map((variable) => [fileName(variable), variable]))

export interface SettingsFile {
  readonly file: string
  readonly of: 'project' | 'user'
  /** By their names in the environment, as the environment would hold them. */
  readonly values: Readonly<Record<string, string>>
  readonly isThere: boolean
}

export class SettingsRefused extends Error {
  override readonly name = 'SettingsRefused'
}

export function readSettingsFile(file: string, of: SettingsFile['of']): SettingsFile {
  const written = readText(file)
  if (written === undefined) return { file, of, values: {}, isThere: false }
  let json: unknown
  try {
    json = JSON.parse(written)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it is cut'
    throw new SettingsRefused(`Cannot read settings "${file}": it is no JSON (${why}), expected an object`, {
      cause,
    })
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new SettingsRefused(
      `Cannot read settings "${file}": it holds no object, expected one such as {"port": 7400}`,
    )
  const values = Object.entries(json).map(([name, value]) => {
    const variable = variableOf(name)
    if (variable === undefined)
      throw new SettingsRefused(`Cannot read settings "${file}": "${name}" is no setting${nearest(name)}`)
    return [variable, writtenFrom(variable, value, file)]
  })
  return { file, of, values: Object.fromEntries(values), isThere: true }
}

/** By its name in a file, or in the environment. */
export const variableOf = (name: string): string | undefined =>
  VARIABLE_OF.get(name) ?? (Object.hasOwn(SETTINGS, name) ? name : undefined)

function nearest(name: string): string {
  const like = [...VARIABLE_OF.keys()].filter(
    (known) => known.toLowerCase() === name.toLowerCase() || known.includes(name) || name.includes(known),
  )
  return like.length > 0
    ? `, expected one such as "${like[0]}"`
    : ', expected one that `tandem config show` lists'
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const { code = 'it failed' } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new SettingsRefused(`Cannot read settings "${file}": ${code}, expected a file that can be read`, {
      cause,
    })
  }
}

/** As the environment would hold it. */
function writtenFrom(variable: string, value: unknown, file: string): string {
  const name = fileName(variable)
  const refuse = (why: string) => new SettingsRefused(`Cannot read settings "${file}": "${name}": ${why}`)
  const isScalar = (v: unknown): v is string | number => typeof v === 'string' || typeof v === 'number'
  const list = Array.isArray(value) ? value : [value]
  if (!list.every(isScalar)) throw refuse('expected a text, a number, or a list of texts')
  const written = list.join(',')
  const wrong = wrongIn(variable, written)
  if (wrong !== undefined) throw refuse(wrong)
  return factsOf(SETTINGS[variable]!).isPath ? path.resolve(path.dirname(file), written) : written
}

/** What is wrong with it, or undefined. */
export function wrongIn(variable: string, value: string | undefined): string | undefined {
  const parsed = SETTINGS[variable]!.safeParse(value)
  if (parsed.success) return undefined
  const isShown = value !== undefined && !factsOf(SETTINGS[variable]!).isSecret
  return `${isShown ? `is "${value}": ` : ''}${parsed.error.issues[0]!.message}`
}

// Settings: which files count, whether each value can be read, and whether a file that holds a secret is its owner's alone.

import { statSync } from 'node:fs'
import type { LoadedSettings } from '#platform/settings/load-settings.ts'
import { factsOf, fileName } from '#platform/settings/setting.ts'
import { SETTINGS, type SettingsFile, wrongIn } from '#platform/settings/settings-file.ts'
import { type Check, failed, ok, warning } from './check.ts'

export function settingsChecks({ env, files }: LoadedSettings): Check[] {
  const wrong = Object.keys(SETTINGS).flatMap((variable) => {
    const value = env[variable]
    const why = value === undefined || value === '' ? undefined : wrongIn(variable, value)
    return why === undefined ? [] : [failed(`setting ${variable}`, why, `set it anew, or unset it`)]
  })
  const read = files.filter(({ isThere }) => isThere)
  const names = read.map(({ file }) => file).join(', ')
  const count = `${Object.keys(SETTINGS).filter((variable) => env[variable] !== undefined).length} are set`
  return [
    ...(wrong.length > 0 ? wrong : [ok('settings', names === '' ? count : `${count}; files: ${names}`)]),
    ...read.flatMap(secretChecks),
  ]
}

function secretChecks({ file, values }: SettingsFile): Check[] {
  const secrets = Object.keys(values).filter((variable) => factsOf(SETTINGS[variable]!).isSecret)
  const isOpen = process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0
  if (secrets.length === 0 || !isOpen) return []
  const says = `others may read it, and it holds ${secrets.map(fileName).join(', ')}`
  return [warning(`file ${file}`, says, `chmod 600 ${file}`)]
}

// The settings as the rows of docs/configuration.md: variable, name in a file, default.

import type { z } from 'zod'
import { controlSettings } from '#platform/settings/control-settings.ts'
import { deviceSettings } from '#platform/settings/device-settings.ts'
import { factsOf, fileName } from '#platform/settings/setting.ts'
import { clientSettings, demoSettings, sharedSettings } from '#platform/settings/shared-settings.ts'

type Settings = Readonly<Record<string, z.ZodType>>

const without = (settings: Settings, others: Settings): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => !Object.hasOwn(others, name)))

const PARTS: Readonly<Record<string, Settings>> = {
  'several processes': sharedSettings,
  'the CLI': clientSettings,
  'the control plane': without(controlSettings, sharedSettings),
  'a worker': without(deviceSettings, sharedSettings),
  'npm start': demoSettings,
}

/** In words where there is no value, or where it depends on the machine. */
function byDefault(schema: z.ZodType): string {
  const { otherwise } = factsOf(schema)
  if (otherwise !== undefined) return otherwise.replace(/\b([A-Z]+_[A-Z_]+)\b/g, '`$1`')
  const value = schema.safeParse(undefined).data
  return value === undefined ? 'none' : `\`${value}\``
}

export const settingRows: Readonly<Record<string, string[][]>> = Object.fromEntries(
  Object.entries(PARTS).map(([part, settings]) => [
    part,
    Object.entries(settings).map(([name, schema]) => [
      `\`${name}\``,
      `\`${fileName(name)}\``,
      byDefault(schema),
    ]),
  ]),
)

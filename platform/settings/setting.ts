// One setting: how it is read, what it is for, and what else a file or a list of settings has to know of it. Its name in
// the environment is its name everywhere; a file says the same in its own spelling, `TANDEM_PI_PORT` as `piPort`.

import { z } from 'zod'

export interface SettingFacts {
  readonly what: string
  /** Never shown. */
  readonly isSecret?: boolean
  /** Of a file or folder: in a file of settings relative to that file. */
  readonly isPath?: boolean
  /** What holds where nobody says anything, in words, where the schema has no default to show. */
  readonly otherwise?: string
}

const FACTS = z.registry<SettingFacts>()

export function setting<T extends z.ZodType>(
  schema: T,
  what: string,
  more: Omit<SettingFacts, 'what'> = {},
): T {
  // A copy: the registry knows schemas by their identity, and one may be shared.
  const own = schema.clone() as T
  FACTS.add(own, { what, ...more })
  return own
}

export function factsOf(schema: z.ZodType): SettingFacts {
  const facts = FACTS.get(schema)
  if (facts === undefined) throw new TypeError('Cannot describe a setting: it was not made by setting()')
  return facts
}

/** Of a text; `NaN` is no word for a person. */
export const number = () =>
  z.coerce.number({ error: ({ code }) => (code === 'invalid_type' ? 'expected a number' : undefined) })
export const port = number().int().min(0).max(65_535)
export const text = z.string().trim().min(1).optional()
export const webAddress = z.url({
  protocol: /^https?$/,
  message: 'expected an address such as http://host:7400',
})

/** `TANDEM_PI_PORT` as files spell it: `piPort`. */
export const fileName = (variable: string): string =>
  variable
    .replace(/^TANDEM_/, '')
    .toLowerCase()
    .replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

// A zod schema as the rows of a reference table: field and what it may hold. Objects that have a table of their own are
// named, others are written out with their path.

import { z } from 'zod'

export type Row = readonly [field: string, holds: string]

type Json = Readonly<Record<string, unknown>>

const jsonOf = (schema: z.ZodType): Json => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input' })
  return json
}

/** A value that a table names; all others are short enough. */
const NAMES_MAX = 12

/** `known`: schemas by the name of their table. */
export function rowsOf(schema: z.ZodType, known: Readonly<Record<string, z.ZodType>>): Row[] {
  const names = new Map(Object.entries(known).map(([name, one]) => [JSON.stringify(jsonOf(one)), name]))
  const own = jsonOf(schema)
  names.delete(JSON.stringify(own))
  return fieldsOf(own, '', (json) => {
    const { default: _, ...plain } = json
    return names.get(JSON.stringify(plain))
  })
}

function fieldsOf(object: Json, path: string, nameOf: (json: Json) => string | undefined): Row[] {
  const properties = object.properties as Readonly<Record<string, Json>>
  const required = (object.required ?? []) as readonly string[]
  return Object.entries(properties).flatMap(([name, value]): Row[] => {
    const field = `${path}${name}`
    const more =
      value.default !== undefined
        ? `; ${shown(value.default)} where left out`
        : required.includes(name)
          ? ''
          : '; may be left out'
    const inner = value.properties && nameOf(value) === undefined ? fieldsOf(value, `${field}.`, nameOf) : []
    if (inner.length > 0 && more === '') return inner
    return [[`\`${field}\``, `${holdsOf(value, nameOf)}${more}`], ...inner]
  })
}

const shown = (value: unknown): string => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``

function holdsOf(json: Json, nameOf: (json: Json) => string | undefined): string {
  const name = nameOf(json)
  if (name !== undefined) return `[${name}](#${name.toLowerCase()})`
  if (json.const !== undefined) return shown(json.const)
  if (json.enum) {
    const values = json.enum as readonly unknown[]
    return values.length > NAMES_MAX ? `one of ${values.length} names` : values.map(shown).join(', ')
  }
  if (json.anyOf)
    return (json.anyOf as readonly Json[])
      .map((one) => (one.type === 'null' ? 'null' : holdsOf(one, nameOf)))
      .join(', or ')
  if (json.type === 'array') return `list of ${listed(json, nameOf)}`
  if (json.type === 'object') return 'object'
  return `${json.type === 'string' ? textWords(json) : `${json.type}`}${boundsOf(json)}`
}

function listed(json: Json, nameOf: (json: Json) => string | undefined): string {
  const tuple = json.prefixItems as readonly Json[] | undefined
  if (tuple) return `${tuple.length} ${holdsOf(tuple[0]!, nameOf)}s`
  const { minItems: least, maxItems: most } = json
  const count = least === undefined && most === undefined ? '' : `, ${range(least, most, 'at least')}`
  return `${holdsOf(json.items as Json, nameOf)}${count}`
}

const textWords = ({ format, pattern }: Json): string => {
  if (format === 'date-time') return 'date and time, UTC'
  if (format === 'uri') return 'address'
  return pattern === undefined ? 'text' : `text as \`${String(pattern).replaceAll('|', '\\|')}\``
}

function boundsOf(json: Json): string {
  const { minimum, maximum, exclusiveMinimum, minLength, maxLength } = json
  if (minLength !== undefined || maxLength !== undefined)
    return `, ${range(minLength, maxLength, 'at least')} characters`
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum
  const least = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum
  if (exclusiveMinimum !== undefined)
    return `, above ${exclusiveMinimum}${most === undefined ? '' : ` up to ${most}`}`
  return least === undefined && most === undefined ? '' : `, ${range(least, most, 'at least')}`
}

function range(least: unknown, most: unknown, from: string): string {
  if (least === undefined) return `at most ${most}`
  if (most === undefined) return `${from} ${least}`
  return least === most ? `${least}` : `${least} to ${most}`
}

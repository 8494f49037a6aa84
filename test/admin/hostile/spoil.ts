// From a schema to inputs that are right in every field but one: walked as JSON Schema, which says the same of every
// kind of zod schema, so that a procedure that somebody adds is covered by what it says of itself.

import fc from 'fast-check'
import { z } from 'zod'

interface Shape {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Shape>>
  readonly additionalProperties?: Shape | boolean
  readonly items?: Shape | boolean
  readonly prefixItems?: readonly Shape[]
  readonly anyOf?: readonly Shape[]
  readonly oneOf?: readonly Shape[]
  readonly allOf?: readonly Shape[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly pattern?: string
  readonly minLength?: number
  readonly minItems?: number
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Shape>>
}

/** A value as text, with each of its places, so that one can be given other text. */
type Place = readonly (string | number)[]
export interface Sample {
  readonly value: unknown
  readonly places: readonly Place[]
}

const FORMATS: Record<string, string> = {
  'date-time': '2026-01-02T03:04:05.000Z',
  date: '2026-01-02',
  uri: 'http://127.0.0.1:7400/',
  email: 'ada@example.org',
  uuid: '3f1c9d2e-5b6a-4c7d-8e9f-0a1b2c3d4e5f',
}
const DEPTH_MAX = 7

/** One sample for each branch of a union at the top, and the first branch further down. */
export function samplesOf(schema: z.ZodType): Sample[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape
  const branches = root.anyOf ?? root.oneOf ?? [root]
  return branches.map((branch) => {
    const places: Place[] = [[]]
    const value = sample(branch, { root, at: [], places })
    return { value, places }
  })
}

interface Walk {
  readonly root: Shape
  readonly at: Place
  readonly places: Place[]
}

function sample(shape: Shape, walk: Walk): unknown {
  const { root, at, places } = walk
  if (at.length > DEPTH_MAX) return null
  if (shape.$ref !== undefined) {
    const named = root.$defs?.[shape.$ref.split('/').at(-1)!]
    return named ? sample(named, walk) : sample(root, walk)
  }
  if ('const' in shape) return shape.const
  if (shape.enum) return shape.enum[0]
  const [branch] = shape.anyOf ?? shape.oneOf ?? []
  if (branch) return sample(branch, walk)
  if (shape.allOf) return Object.assign({}, ...shape.allOf.map((part) => sample(part, walk)))
  const inside = (key: string | number, part: Shape) => {
    const place = [...at, key]
    places.push(place)
    return sample(part, { root, at: place, places })
  }
  if (shape.properties)
    return Object.fromEntries(Object.entries(shape.properties).map(([key, part]) => [key, inside(key, part)]))
  if (shape.prefixItems) return shape.prefixItems.map((part, i) => inside(i, part))
  if (typeof shape.items === 'object') {
    const first = inside(0, shape.items)
    return Array.from({ length: Math.max(1, Math.min(shape.minItems ?? 1, 50)) }, () => first)
  }
  if (typeof shape.additionalProperties === 'object')
    return { key: inside('key', shape.additionalProperties) }
  return scalar(shape)
}

function scalar({ type, format, pattern, minLength = 1, minimum, exclusiveMinimum }: Shape): unknown {
  const [kind] = typeof type === 'string' ? [type] : (type ?? ['string'])
  if (kind === 'integer') return Math.max(minimum ?? 1, (exclusiveMinimum ?? 0) + 1)
  if (kind === 'number') return Math.max(minimum ?? 0.5, (exclusiveMinimum ?? 0) + 0.5)
  if (kind === 'boolean') return true
  if (kind === 'null') return null
  if (kind === 'object') return {}
  if (kind === 'array') return []
  if (format !== undefined && FORMATS[format] !== undefined) return FORMATS[format]
  if (pattern !== undefined)
    return fc.sample(fc.stringMatching(new RegExp(pattern)), { numRuns: 1, seed: 6 })[0]
  return 'some'.padEnd(minLength, 'e')
}

const HOLE = '\u{10ffff}hole'

/** The sample as JSON text, with other text in one place. */
export function spoilt({ value }: Sample, place: Place, text: string): string {
  if (place.length === 0) return text
  const copy = structuredClone(value) as Record<string | number, unknown>
  let at = copy
  for (const key of place.slice(0, -1)) at = at[key] as Record<string | number, unknown>
  at[place.at(-1)!] = HOLE
  return JSON.stringify(copy).replace(JSON.stringify(HOLE), () => text)
}

// Parses a JSON body once, at the door; what is wrong is told by field.

import type { Context as HttpContext } from 'hono'
import type { z } from 'zod'
import { Refusal } from '../refusal.ts'

export async function readJson<T extends z.ZodType>(c: HttpContext, schema: T): Promise<z.infer<T>> {
  let json: unknown
  try {
    json = await c.req.json()
  } catch (cause) {
    throw new Refusal('invalid', 'Cannot read the body: is not JSON', { cause })
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new Refusal('invalid', `Cannot read field "${issue.path.join('.')}": ${issue.message}`)
}

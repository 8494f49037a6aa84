// Settings come from the environment, are parsed once at the door, and a wrong one is told by name.

import type { z } from 'zod'

export function readEnvironment<T extends z.ZodType>(schema: T, env: NodeJS.ProcessEnv): z.infer<T> {
  const parsed = schema.safeParse(env)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new Error(`Cannot read setting "${issue.path.join('.')}": ${issue.message}`)
}

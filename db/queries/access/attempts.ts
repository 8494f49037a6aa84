// How often something may be tried, shared by all control planes on the database: the generic cell rate algorithm
// (ITU-T I.371), which keeps one instant for each key. Each attempt takes one of `burst`, and one comes back every
// `everyMs`. One that is refused takes nothing, so that nobody is kept out for longer by trying. One statement, so
// that two at once cannot both take the last one.

import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { attemptLimits } from '../../schema/auth.ts'

export interface AttemptLimit {
  readonly burst: number
  readonly everyMs: number
}

/** 0: go ahead. Otherwise how long until the next attempt is taken. */
export async function takeAttempt(db: Db, key: string, { burst, everyMs }: AttemptLimit): Promise<number> {
  const step = sql`make_interval(secs => ${everyMs / 1_000}::float8)`
  const window = sql`make_interval(secs => ${(everyMs * burst) / 1_000}::float8)`
  const next = sql`greatest(${attemptLimits.fullAt}, now()) + ${step}`
  const taken = await db
    .insert(attemptLimits)
    .values({ key, fullAt: sql`now() + ${step}` })
    .onConflictDoUpdate({
      target: attemptLimits.key,
      set: { fullAt: next },
      setWhere: sql`${next} <= now() + ${window}`,
    })
    .returning({ key: attemptLimits.key })
  if (taken.length > 0) return 0
  const [row] = await db
    .select({
      waitMs: sql<number>`(extract(epoch from ${next} - ${window} - now()) * 1000)::float8`,
    })
    .from(attemptLimits)
    .where(sql`${attemptLimits.key} = ${key}`)
  return Math.max(1, Math.ceil(row?.waitMs ?? everyMs))
}

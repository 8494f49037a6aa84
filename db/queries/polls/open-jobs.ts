// Which devices have a device job that has not ended: asked when a poll begins, for those that ask together, and twice
// a second for the whole fleet, by an index that holds open jobs alone.

import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { deviceJobs } from '../../schema/profile.ts'

/** As the partial index says it, so that the planner finds it. */
const IS_OPEN = sql`${deviceJobs.state} in ('queued', 'running')`

/** True for those that have one; the others are missing. */
export function devicesWithJobs(db: Db): (ids: readonly string[]) => Promise<ReadonlyMap<string, boolean>> {
  const query = db
    .selectDistinct({ id: deviceJobs.deviceId })
    .from(deviceJobs)
    .where(sql`${deviceJobs.deviceId} = any(${sql.placeholder('ids')}) and ${IS_OPEN}`)
    .prepare('devices_with_jobs')
  return async (ids) => new Map((await query.execute({ ids })).map(({ id }) => [id, true]))
}

export function allWithJobs(db: Db): () => Promise<ReadonlySet<string>> {
  const query = db.selectDistinct({ id: deviceJobs.deviceId }).from(deviceJobs).where(IS_OPEN)
  const prepared = query.prepare('all_with_jobs')
  return async () => new Set((await prepared.execute()).map(({ id }) => id))
}

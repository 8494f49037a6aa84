// Many devices at once, for requests that come in together: one query costs the control plane about as much for a
// hundred of them as for one. Prepared, since a fleet asks this more often than anything else.

import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { devices } from '../../schema/profile.ts'
import type { DeviceRow } from '../devices.ts'

/** Answers those that exist. */
export function devicesById(db: Db): (ids: readonly string[]) => Promise<ReadonlyMap<string, DeviceRow>> {
  const query = db
    .select()
    .from(devices)
    .where(sql`${devices.id} = any(${sql.placeholder('ids')})`)
    .prepare('devices_by_id')
  return async (ids) => new Map((await query.execute({ ids })).map((row) => [row.id, row]))
}

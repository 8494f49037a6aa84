// Pages of what devices were asked to measure.

import { and, eq, getTableColumns, inArray, ne, or, type SQL, sql } from 'drizzle-orm'
import type { ProfileProgress } from '#contract/api/live.ts'
import type { Page } from '#contract/api/page.ts'
import type { JobState } from '#contract/api/profile.ts'
import type { Db } from '../../db.ts'
import { deviceJobs } from '../../schema/profile.ts'
import { CANCELLED, type DeviceJobRow, jobOf } from '../device-jobs.ts'
import { type Key, type Order, type PageAsk, readPage } from './keyset.ts'

const keys: readonly Key[] = [
  { of: deviceJobs.createdAt, as: 'instant' },
  { of: deviceJobs.id, as: 'text' },
]
const OLDEST: Order = { name: 'jobs', direction: 'asc', keys }
const NEWEST: Order = { name: 'newest-jobs', direction: 'desc', keys }

export interface DeviceJobFilter {
  readonly datasetId?: string | undefined
  readonly deviceId?: string | undefined
  readonly modelId?: string | undefined
  readonly kind?: 'profile' | 'features' | undefined
  readonly states?: readonly JobState[] | undefined
  readonly ids?: readonly string[] | undefined
  readonly newestFirst?: boolean
}

/** A cancelled one is kept as a failed one that says so. */
function inState(state: JobState): SQL | undefined {
  if (state === 'cancelled') return and(eq(deviceJobs.state, 'failed'), eq(deviceJobs.message, CANCELLED))
  if (state === 'failed') return and(eq(deviceJobs.state, 'failed'), ne(deviceJobs.message, CANCELLED))
  return eq(deviceJobs.state, state)
}

export async function pageDeviceJobs(db: Db, ask: PageAsk & DeviceJobFilter): Promise<Page<DeviceJobRow>> {
  const order = ask.newestFirst === true ? NEWEST : OLDEST
  const { items, nextCursor } = await readPage(ask, order, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ ...getTableColumns(deviceJobs), cursorKey })
      .from(deviceJobs)
      .where(
        and(
          ask.datasetId === undefined ? undefined : eq(deviceJobs.datasetId, ask.datasetId),
          ask.deviceId === undefined ? undefined : eq(deviceJobs.deviceId, ask.deviceId),
          ask.modelId === undefined ? undefined : eq(deviceJobs.modelId, ask.modelId),
          ask.kind === undefined ? undefined : eq(deviceJobs.kind, ask.kind),
          ask.states === undefined ? undefined : or(...ask.states.map(inState)),
          ask.ids === undefined ? undefined : inArray(deviceJobs.id, [...ask.ids]),
          after,
        ),
      )
      .orderBy(...orderBy)
      .limit(limit),
  )
  return { items: items.map(jobOf), nextCursor }
}

/** How far they are, without what they have measured. */
export async function profileProgress(db: Db, ids: readonly string[]): Promise<ProfileProgress[]> {
  const { id, state, done, total, message } = deviceJobs
  const rows = await db
    .select({ id, state, done, total, message })
    .from(deviceJobs)
    .where(sql`${id} = any(${sql.param([...ids])}::text[])`)
    .orderBy(id)
  return rows.map((row) =>
    row.state === 'failed' && row.message === CANCELLED ? { ...row, state: 'cancelled' } : row,
  )
}

// Measurements that devices are asked for: queued by an admin, polled by the device, filled row by row.
// `done` counts the rows stored without a gap, so an interrupted job goes on exactly there. A cancelled job is kept
// as a failed one whose message says that it was cancelled: both may be asked for again, and neither goes on.

import { and, asc, eq, inArray, ne, sql } from 'drizzle-orm'
import type { Energy, FeatureRow, JobResult, Outcome, ProfileSummary } from '#contract/outcome.ts'
import { type Db, newId } from '../db.ts'
import { insertOutcomes } from '../outcomes/outcome-rows.ts'
import { deviceJobs, featureRows } from '../schema/profile.ts'

type StoredJob = typeof deviceJobs.$inferSelect

export interface DeviceJobRow extends Omit<StoredJob, 'state'> {
  readonly state: StoredJob['state'] | 'cancelled'
}

export const CANCELLED = 'cancelled by an admin'

export const jobOf = (row: StoredJob): DeviceJobRow =>
  row.state === 'failed' && row.message === CANCELLED ? { ...row, state: 'cancelled' } : row

export interface DeviceJobDraft {
  readonly kind: 'profile' | 'features'
  readonly deviceId: string
  readonly datasetId: string
  readonly modelId: string | null
  readonly featuresVersion: number | null
  readonly total: number
}

const sameJob = (draft: DeviceJobDraft) =>
  and(
    eq(deviceJobs.deviceId, draft.deviceId),
    eq(deviceJobs.datasetId, draft.datasetId),
    eq(deviceJobs.kind, draft.kind),
    draft.modelId === null ? undefined : eq(deviceJobs.modelId, draft.modelId),
    draft.featuresVersion === null ? undefined : eq(deviceJobs.featuresVersion, draft.featuresVersion),
    ne(deviceJobs.state, 'failed'),
  )

/** The job for this measurement: the one that exists, unless it failed, or a new one. */
export async function ensureDeviceJob(db: Db, draft: DeviceJobDraft): Promise<DeviceJobRow> {
  const [made] = await db
    .insert(deviceJobs)
    .values({ id: newId('job'), ...draft })
    .onConflictDoNothing()
    .returning()
  if (made) return made
  const [found] = await db.select().from(deviceJobs).where(sameJob(draft))
  return found!
}

export async function findDeviceJob(db: Db, id: string): Promise<DeviceJobRow | undefined> {
  const [row] = await db.select().from(deviceJobs).where(eq(deviceJobs.id, id))
  return row && jobOf(row)
}

export interface JobFilter {
  readonly datasetId?: string | undefined
  readonly deviceId?: string | undefined
  readonly ids?: readonly string[] | undefined
}

export async function listDeviceJobs(db: Db, filter: JobFilter): Promise<DeviceJobRow[]> {
  const rows = await db
    .select()
    .from(deviceJobs)
    .where(
      and(
        filter.datasetId === undefined ? undefined : eq(deviceJobs.datasetId, filter.datasetId),
        filter.deviceId === undefined ? undefined : eq(deviceJobs.deviceId, filter.deviceId),
        filter.ids === undefined ? undefined : inArray(deviceJobs.id, [...filter.ids]),
      ),
    )
    .orderBy(asc(deviceJobs.createdAt), asc(deviceJobs.id))
  return rows.map(jobOf)
}

/** The oldest open job of the device, marked as running. A restarted device gets the same one again. */
export async function takeDeviceJob(db: Db, deviceId: string): Promise<DeviceJobRow | undefined> {
  const [open] = await db
    .select()
    .from(deviceJobs)
    .where(and(eq(deviceJobs.deviceId, deviceId), inArray(deviceJobs.state, ['running', 'queued'])))
    .orderBy(sql`${deviceJobs.state} = 'running' desc`, asc(deviceJobs.createdAt), asc(deviceJobs.id))
    .limit(1)
  if (!open || open.state === 'running') return open
  const [row] = await db
    .update(deviceJobs)
    .set({ state: 'running', startedAt: sql`coalesce(${deviceJobs.startedAt}, now())` })
    .where(eq(deviceJobs.id, open.id))
    .returning()
  return row
}

type JobRows =
  | { readonly kind: 'profile'; readonly rows: readonly Outcome[] }
  | { readonly kind: 'features'; readonly rows: readonly FeatureRow[] }

/**
 * Stores a batch and moves `done` behind it. Rows that are stored already are left as they are; a batch that
 * would leave a gap is not stored. Answers the new `done`, or undefined where the job is not running.
 */
export async function appendJobRows(db: Db, jobId: string, batch: JobRows): Promise<number | undefined> {
  return db.transaction(async (tx) => {
    const [job] = await tx.select().from(deviceJobs).where(eq(deviceJobs.id, jobId)).for('update')
    if (job?.state !== 'running' || job.kind !== batch.kind) return undefined
    const first = batch.rows[0]!.index
    const end = first + batch.rows.length
    const inOrder = batch.rows.every((row, i) => row.index === first + i)
    if (!inOrder || first > job.done || end > job.total) return job.done
    if (end <= job.done) return job.done
    // What lies before `done` is stored already, of this batch or of another.
    const news = job.done - first
    if (batch.kind === 'profile') await insertOutcomes(tx, jobId, batch.rows.slice(news))
    else await tx.insert(featureRows).values(batch.rows.slice(news).map((r) => ({ ...r, jobId })))
    await tx.update(deviceJobs).set({ done: end }).where(eq(deviceJobs.id, jobId))
    return end
  })
}

export async function finishDeviceJob(
  db: Db,
  jobId: string,
  end: { result: JobResult; summary: ProfileSummary | null },
): Promise<void> {
  await db
    .update(deviceJobs)
    .set({ state: 'done', ...end, finishedAt: sql`now()` })
    .where(and(eq(deviceJobs.id, jobId), eq(deviceJobs.state, 'running')))
}

export async function failDeviceJob(db: Db, jobId: string, message: string): Promise<void> {
  await db
    .update(deviceJobs)
    .set({ state: 'failed', message, finishedAt: sql`now()` })
    .where(and(eq(deviceJobs.id, jobId), inArray(deviceJobs.state, ['queued', 'running'])))
}

/** Only a job that has not ended; the device hears of it when it sends its next rows. */
export const cancelDeviceJob = (db: Db, jobId: string): Promise<void> => failDeviceJob(db, jobId, CANCELLED)

/**
 * Energy of a finished job as another meter tells it. What was told before is kept with it, newest first; without
 * that a figure would change under whoever has used it. Answers undefined where the job is not done.
 */
export async function reviseJobEnergy(
  db: Db,
  jobId: string,
  energy: Energy,
): Promise<DeviceJobRow | undefined> {
  return db.transaction(async (tx) => {
    const [job] = await tx.select().from(deviceJobs).where(eq(deviceJobs.id, jobId)).for('update')
    if (job?.state !== 'done' || !job.result) return undefined
    const { earlier = [], ...before } = job.result.energy
    const revised = { ...energy, earlier: [before, ...earlier] }
    const [row] = await tx
      .update(deviceJobs)
      .set({
        result: { ...job.result, energy: revised },
        summary: job.summary && { ...job.summary, energy: revised },
      })
      .where(eq(deviceJobs.id, jobId))
      .returning()
    return row
  })
}

export async function jobFeatures(db: Db, jobId: string): Promise<FeatureRow[]> {
  const rows = await db
    .select()
    .from(featureRows)
    .where(eq(featureRows.jobId, jobId))
    .orderBy(asc(featureRows.index))
  return rows.map(({ index, features, latencyMs, pixels }) => ({
    index,
    features,
    latencyMs,
    ...(pixels === null ? {} : { pixels }),
  }))
}

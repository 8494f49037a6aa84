// Jobs over REST: the device polls for one, sends rows in order, and says how it ended.

import type { Context as HttpContext } from 'hono'
import {
  FeatureBatch,
  type Job,
  type JobAnswer,
  JobDone,
  JobFailed,
  OutcomeBatch,
} from '#contract/device-api.ts'
import type { JobResult } from '#contract/outcome.ts'
import { summariseProfile } from '#core/profile/summarise.ts'
import type { Db } from '#db/db.ts'
import { jobOutcomes } from '#db/outcomes/outcome-rows.ts'
import { artifactSizes } from '#db/queries/artifacts.ts'
import { datasetLabels, findDataset } from '#db/queries/datasets.ts'
import {
  appendJobRows,
  type DeviceJobRow,
  failDeviceJob,
  findDeviceJob,
  finishDeviceJob,
  takeDeviceJob,
} from '#db/queries/device-jobs.ts'
import type { DeviceRow } from '#db/queries/devices.ts'
import { modelRefs } from '#db/queries/models.ts'
import { found, Refusal } from '../refusal.ts'
import { readJson } from './read-json.ts'

async function describeJob(db: Db, row: DeviceJobRow): Promise<Job> {
  const dataset = (await findDataset(db, row.datasetId))!
  const sizeBytes = (await artifactSizes(db, [dataset.imagesDigest])).get(dataset.imagesDigest)!
  const images = { digest: dataset.imagesDigest, sizeBytes }
  const common = { id: row.id, images, count: row.total, from: row.done }
  if (row.kind === 'features') return { ...common, kind: 'features', featuresVersion: row.featuresVersion! }
  return { ...common, kind: 'profile', model: (await modelRefs(db, [row.modelId!])).get(row.modelId!)! }
}

export async function nextJob(db: Db, device: DeviceRow): Promise<JobAnswer> {
  const row = await takeDeviceJob(db, device.id)
  return { job: row ? await describeJob(db, row) : null }
}

/** A device sees its own jobs alone; those of others do not exist for it. */
async function ownJob(db: Db, device: DeviceRow, id: string): Promise<DeviceJobRow> {
  const job = await findDeviceJob(db, id)
  return found(job?.deviceId === device.id ? job : undefined, 'job', id)
}

const gone = (id: string) => new Refusal('conflict', `Cannot record rows of job "${id}": it is not running`)

export async function recordRows(db: Db, device: DeviceRow, c: HttpContext): Promise<Response> {
  const job = await ownJob(db, device, c.req.param('id')!)
  const batch =
    job.kind === 'profile'
      ? ({ kind: 'profile', rows: (await readJson(c, OutcomeBatch)).outcomes } as const)
      : ({ kind: 'features', rows: (await readJson(c, FeatureBatch)).rows } as const)
  const done = await appendJobRows(db, job.id, batch)
  if (done === undefined) throw gone(job.id)
  return c.json({ done })
}

async function summaryOf(db: Db, job: DeviceJobRow, result: JobResult) {
  if (job.kind === 'features') return null
  return summariseProfile(await jobOutcomes(db, job.id), await datasetLabels(db, job.datasetId), result)
}

export async function completeJob(db: Db, device: DeviceRow, c: HttpContext): Promise<Response> {
  const job = await ownJob(db, device, c.req.param('id')!)
  const result = await readJson(c, JobDone)
  if (job.state === 'done') return c.json({ state: 'done' })
  if (job.done !== job.total)
    throw new Refusal(
      'conflict',
      `Cannot finish job "${job.id}": has ${job.done} rows, expected ${job.total}`,
    )
  await finishDeviceJob(db, job.id, { result, summary: await summaryOf(db, job, result) })
  return c.json({ state: 'done' })
}

export async function abandonJob(db: Db, device: DeviceRow, c: HttpContext): Promise<Response> {
  const job = await ownJob(db, device, c.req.param('id')!)
  const { message } = await readJson(c, JobFailed)
  await failDeviceJob(db, job.id, message)
  // One that has ended meanwhile (an admin cancelled it) stays as it ended.
  return c.json({ state: (await findDeviceJob(db, job.id))!.state })
}

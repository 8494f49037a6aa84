// Stage profile: asking devices to run candidates over a data set, and reading what they measured. Devices of the
// local tier also extract the image features, once a data set: the router will see what that device sees.

import { ById } from '#contract/api/names.ts'
import { EnergyImport, JobList, ProfileDraft } from '#contract/api/profile.ts'
import { FEATURES_VERSION } from '#contract/features.ts'
import type { Db } from '#db/db.ts'
import { findDataset } from '#db/queries/datasets.ts'
import { cancelDeviceJob, ensureDeviceJob, findDeviceJob, reviseJobEnergy } from '#db/queries/device-jobs.ts'
import { type DeviceRow, findDevice, listDevices } from '#db/queries/devices.ts'
import { pageDeviceJobs } from '#db/queries/lists/job-lists.ts'
import { findModel, type ModelRow } from '#db/queries/models.ts'
import { energyFromTrace } from '../energy/energy-from-trace.ts'
import { found, Refusal } from '../refusal.ts'
import { mutation, query, router } from './trpc.ts'

type Find = (db: Db, idOrName: string) => Promise<{ id: string } | undefined>

function chooseDevices(all: readonly DeviceRow[], names: readonly string[] | undefined): DeviceRow[] {
  const trusted = all.filter((d) => d.revokedAt === null)
  if (trusted.length === 0) throw new Refusal('invalid', 'Cannot profile: no device is enrolled')
  if (names === undefined) return trusted
  return names.map((name) =>
    found(
      trusted.find((d) => d.name === name || d.id === name),
      'device',
      name,
    ),
  )
}

export const profilesRouter = router({
  create: mutation.input(ProfileDraft).mutation(async ({ ctx, input }) => {
    const dataset = found(await findDataset(ctx.db, input.dataset), 'data set', input.dataset)
    const models: ModelRow[] = []
    for (const name of input.models) {
      const model = found(await findModel(ctx.db, name), 'model', name)
      if (model.labelsDigest !== dataset.labelsDigest)
        throw new Refusal(
          'invalid',
          `Cannot profile model "${model.name}" on data set "${dataset.name}": their label lists differ`,
        )
      models.push(model)
    }
    const devices = chooseDevices(await listDevices(ctx.db), input.devices)
    const jobs = []
    for (const device of devices) {
      const common = { deviceId: device.id, datasetId: dataset.id, total: dataset.imageCount }
      for (const model of models)
        jobs.push(
          await ensureDeviceJob(ctx.db, {
            ...common,
            kind: 'profile',
            modelId: model.id,
            featuresVersion: null,
          }),
        )
      if (device.tier === 'local')
        jobs.push(
          await ensureDeviceJob(ctx.db, {
            ...common,
            kind: 'features',
            modelId: null,
            featuresVersion: FEATURES_VERSION,
          }),
        )
    }
    return jobs
  }),

  list: query
    .input(JobList.prefault({}))
    .query(async ({ ctx, input: { dataset, device, model, ...ask } }) => {
      const id = async (noun: string, which: string | undefined, find: Find) =>
        which === undefined ? undefined : found(await find(ctx.db, which), noun, which).id
      return pageDeviceJobs(ctx.db, {
        ...ask,
        datasetId: await id('data set', dataset, findDataset),
        deviceId: await id('device', device, findDevice),
        modelId: await id('model', model, findModel),
      })
    }),

  get: query
    .input(ById)
    .query(async ({ ctx, input }) => found(await findDeviceJob(ctx.db, input.id), 'profile', input.id)),

  /** The device stops when it sends its next rows; nobody gets the job again. */
  cancel: mutation.input(ById).mutation(async ({ ctx, input }) => {
    const { state } = found(await findDeviceJob(ctx.db, input.id), 'profile', input.id)
    await cancelDeviceJob(ctx.db, input.id)
    const job = (await findDeviceJob(ctx.db, input.id))!
    if (job.state !== 'cancelled')
      throw new Refusal(
        'conflict',
        `Cannot cancel profile "${job.id}": is ${job.state}, expected queued or running`,
      )
    ctx.audit.changed(`profile ${job.id}`, { state }, { state: job.state })
    return job
  }),

  importEnergy: mutation.input(EnergyImport).mutation(async ({ ctx, input }) => {
    const job = found(await findDeviceJob(ctx.db, input.id), 'profile', input.id)
    const notDone = new Refusal(
      'conflict',
      `Cannot import energy of profile "${job.id}": is ${job.state}, expected done`,
    )
    if (job.state !== 'done') throw notDone
    const revised = await reviseJobEnergy(ctx.db, job.id, await energyFromTrace(ctx, job, input))
    if (!revised) throw notDone
    ctx.audit.changed(`profile ${job.id}`, job.summary?.energy ?? null, revised.summary?.energy ?? null)
    return revised
  }),
})

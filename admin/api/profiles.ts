// Stage profile: asking devices to run candidates over a data set, and reading what they measured. Devices of the
// local tier also extract the image features, once a data set: the router will see what that device sees.

import { z } from 'zod'
import { Digest } from '#contract/digest.ts'
import { FEATURES_VERSION } from '#contract/features.ts'
import { findDataset } from '#db/queries/datasets.ts'
import {
  cancelDeviceJob,
  ensureDeviceJob,
  findDeviceJob,
  listDeviceJobs,
  reviseJobEnergy,
} from '#db/queries/device-jobs.ts'
import { type DeviceRow, findDevice, listDevices } from '#db/queries/devices.ts'
import { findModel, type ModelRow } from '#db/queries/models.ts'
import { energyFromTrace } from '../energy/energy-from-trace.ts'
import { found, Refusal } from '../refusal.ts'
import { ById } from './inputs.ts'
import { mutation, query, router } from './trpc.ts'

const ProfileDraft = z.object({
  dataset: z.string().min(1),
  models: z.array(z.string().min(1)).min(1).max(100),
  /** Names; all devices that are enrolled where it is left out. */
  devices: z.array(z.string().min(1)).min(1).max(100).optional(),
})

const EnergyImport = ById.extend({
  /** Of the uploaded trace. */
  csv: Digest,
  /** Device's clock minus the trace's; 0 for a trace that tells the time of day in seconds since 1970. */
  offsetMs: z.number().optional(),
  /** Instead of an offset: where in the trace the job begins. */
  markerS: z.number().optional(),
  /** From the trace's first sample on. */
  idle: z
    .object({ fromS: z.number().nonnegative(), toS: z.number().positive() })
    .default({ fromS: 0, toS: 5 }),
}).refine((given) => given.offsetMs === undefined || given.markerS === undefined, {
  path: ['markerS'],
  message: 'expected an offset or a marker, not both',
})

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
    .input(
      z.object({
        dataset: z.string().optional(),
        device: z.string().optional(),
        ids: z.array(z.string()).max(1_000).optional(),
      }),
    )
    .query(async ({ ctx, input }) => {
      const dataset =
        input.dataset === undefined
          ? undefined
          : found(await findDataset(ctx.db, input.dataset), 'data set', input.dataset)
      const device =
        input.device === undefined
          ? undefined
          : found(await findDevice(ctx.db, input.device), 'device', input.device)
      return listDeviceJobs(ctx.db, { datasetId: dataset?.id, deviceId: device?.id, ids: input.ids })
    }),

  /** The device stops when it sends its next rows; nobody gets the job again. */
  cancel: mutation.input(ById).mutation(async ({ ctx, input }) => {
    found(await findDeviceJob(ctx.db, input.id), 'profile', input.id)
    await cancelDeviceJob(ctx.db, input.id)
    const job = (await findDeviceJob(ctx.db, input.id))!
    if (job.state !== 'cancelled')
      throw new Refusal(
        'conflict',
        `Cannot cancel profile "${job.id}": is ${job.state}, expected queued or running`,
      )
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
    return revised
  }),
})

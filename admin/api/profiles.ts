// Stage profile: asking devices to run candidates over a data set, and reading what they measured. Devices of the
// local tier also extract the image features, once a data set: the router will see what that device sees.

import { z } from 'zod'
import { FEATURES_VERSION } from '#contract/features.ts'
import { findDataset } from '#db/queries/datasets.ts'
import { ensureDeviceJob, failDeviceJob, findDeviceJob, listDeviceJobs } from '#db/queries/device-jobs.ts'
import { type DeviceRow, findDevice, listDevices } from '#db/queries/devices.ts'
import { findModel, type ModelRow } from '#db/queries/models.ts'
import { found, Refusal } from '../refusal.ts'
import { ById } from './inputs.ts'
import { mutation, query, router } from './trpc.ts'

const ProfileDraft = z.object({
  dataset: z.string().min(1),
  models: z.array(z.string().min(1)).min(1).max(100),
  /** Names; all devices that are enrolled where it is left out. */
  devices: z.array(z.string().min(1)).min(1).max(100).optional(),
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

  cancel: mutation.input(ById).mutation(async ({ ctx, input }) => {
    found(await findDeviceJob(ctx.db, input.id), 'profile', input.id)
    await failDeviceJob(ctx.db, input.id, 'cancelled by an admin')
    return findDeviceJob(ctx.db, input.id)
  }),
})

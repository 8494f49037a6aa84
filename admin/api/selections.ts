// Stage select: algorithms 1 and 2 over the profiles of one data set on a local and an edge device.

import { z } from 'zod'
import type { Tier } from '#contract/tier.ts'
import { selectPair } from '#core/select/select-pair.ts'
import type { Db } from '#db/db.ts'
import { datasetLabels, findDataset } from '#db/queries/datasets.ts'
import { type DeviceRow, findDevice, listDevices } from '#db/queries/devices.ts'
import { findSelection, insertSelection, listSelections } from '#db/queries/selections.ts'
import { type MeasuredCandidate, measuredCandidates } from '../jobs/measurements.ts'
import { found, Refusal } from '../refusal.ts'
import { ById } from './inputs.ts'
import { mutation, query, router } from './trpc.ts'

async function deviceOfTier(db: Db, tier: Tier, name: string | undefined): Promise<DeviceRow> {
  if (name !== undefined) {
    const device = found(await findDevice(db, name), 'device', name)
    if (device.tier === tier) return device
    throw new Refusal(
      'invalid',
      `Cannot select: device "${name}" is of tier ${device.tier}, expected ${tier}`,
    )
  }
  const devices = (await listDevices(db)).filter((d) => d.tier === tier && d.revokedAt === null)
  if (devices.length === 1) return devices[0]!
  throw new Refusal(
    'invalid',
    `Cannot select: ${devices.length} devices are of tier ${tier}, expected one to be named`,
  )
}

/** Each once, also where it is named twice. */
function namedOf(measured: readonly MeasuredCandidate[], names: readonly string[]): MeasuredCandidate[] {
  const isNamed = (c: MeasuredCandidate, name: string) => c.name === name || c.modelId === name
  for (const name of names)
    found(
      measured.find((c) => isNamed(c, name)),
      'model profiled on both devices',
      name,
    )
  return measured.filter((c) => names.some((name) => isNamed(c, name)))
}

export const selectionsRouter = router({
  create: mutation
    .input(
      z.object({
        dataset: z.string().min(1),
        models: z.array(z.string().min(1)).min(1).max(100).optional(),
        localDevice: z.string().optional(),
        edgeDevice: z.string().optional(),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const dataset = found(await findDataset(ctx.db, input.dataset), 'data set', input.dataset)
      const local = await deviceOfTier(ctx.db, 'local', input.localDevice)
      const edge = await deviceOfTier(ctx.db, 'edge', input.edgeDevice)
      const where = { datasetId: dataset.id, localDeviceId: local.id, edgeDeviceId: edge.id }
      const measured = await measuredCandidates(ctx.db, where, await datasetLabels(ctx.db, dataset.id))
      const candidates = input.models === undefined ? measured : namedOf(measured, input.models)
      return insertSelection(ctx.db, {
        ...where,
        inputs: { localJobs: candidates.map((c) => c.localJob), edgeJobs: candidates.map((c) => c.edgeJob) },
        result: selectPair(candidates),
      })
    }),

  list: query.query(({ ctx }) => listSelections(ctx.db)),

  get: query
    .input(ById)
    .query(async ({ ctx, input }) => found(await findSelection(ctx.db, input.id), 'selection', input.id)),
})

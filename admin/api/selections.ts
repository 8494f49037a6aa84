// Stage select: algorithms 1 and 2, within what a person expects, over the profiles of one data set on a local and
// an edge device; and the front of all pairs under a router that is assumed until one is trained.

import { ById } from '#contract/api/names.ts'
import { SelectionDraft, SelectionList } from '#contract/api/train.ts'
import type { SelectionSources } from '#contract/results/selection.ts'
import type { Tier } from '#contract/tier.ts'
import { selectPair } from '#core/select/select-pair.ts'
import type { Db } from '#db/db.ts'
import { type DatasetRow, datasetLabels, findDataset, meanImageBytes } from '#db/queries/datasets.ts'
import { type DeviceRow, findDevice, listDevices } from '#db/queries/devices.ts'
import { pageSelections } from '#db/queries/lists/train-lists.ts'
import { findSelection, insertSelection } from '#db/queries/train/selections.ts'
import { digestOf } from '#platform/artifact-store.ts'
import { type MeasuredCandidate, measuredCandidates } from '../jobs/measurements.ts'
import { assumedUploadCost } from '../jobs/upload-cost.ts'
import { found, Refusal } from '../refusal.ts'
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

const sourcesOf = (
  dataset: DatasetRow,
  labels: readonly number[],
  candidates: readonly MeasuredCandidate[],
): SelectionSources => ({
  datasetDigest: digestOf(JSON.stringify([dataset.imagesDigest, dataset.labelsDigest, labels])),
  localJobs: candidates.map((c) => c.localJob),
  edgeJobs: candidates.map((c) => c.edgeJob),
})

export const selectionsRouter = router({
  create: mutation.input(SelectionDraft).mutation(async ({ ctx, input }) => {
    const dataset = found(await findDataset(ctx.db, input.dataset), 'data set', input.dataset)
    const local = await deviceOfTier(ctx.db, 'local', input.localDevice)
    const edge = await deviceOfTier(ctx.db, 'edge', input.edgeDevice)
    const where = { datasetId: dataset.id, localDeviceId: local.id, edgeDeviceId: edge.id }
    const labels = await datasetLabels(ctx.db, dataset.id)
    const measured = await measuredCandidates(ctx.db, where, labels)
    const candidates = input.models === undefined ? measured : namedOf(measured, input.models)
    const sources = sourcesOf(dataset, labels, candidates)
    const { expectations, frontRouter, offloadShare } = input
    const upload = assumedUploadCost(await meanImageBytes(ctx.db, dataset.id))
    const assumption = { router: frontRouter, offloadShare, ...upload }
    return insertSelection(ctx.db, {
      ...where,
      inputs: { localJobs: sources.localJobs, edgeJobs: sources.edgeJobs },
      result: { ...selectPair(candidates, { expectations, assumption }), sources },
    })
  }),

  list: query.input(SelectionList.prefault({})).query(async ({ ctx, input: { dataset, ...ask } }) => {
    const datasetId =
      dataset === undefined ? undefined : found(await findDataset(ctx.db, dataset), 'data set', dataset).id
    return pageSelections(ctx.db, { ...ask, datasetId })
  }),

  get: query
    .input(ById)
    .query(async ({ ctx, input }) => found(await findSelection(ctx.db, input.id), 'selection', input.id)),
})

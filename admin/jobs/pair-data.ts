// What a router is trained and judged on: for each image its features, which of the two models was right, what the
// local one answered, and what each step costs where. All of it comes from the profiles of the selection.

import { FEATURES_VERSION } from '#contract/features.ts'
import type { FeatureRow } from '#contract/outcome.ts'
import type { PairCosts } from '#contract/results/evaluation.ts'
import type { PairData } from '#core/train/pair-data.ts'
import type { Db } from '#db/db.ts'
import { jobOutcomes } from '#db/outcomes/outcome-rows.ts'
import { datasetLabels, findDataset, meanImageBytes } from '#db/queries/datasets.ts'
import { type DeviceJobRow, jobFeatures, listDeviceJobs } from '#db/queries/device-jobs.ts'
import { findModel } from '#db/queries/models.ts'
import { findSelection, listSelections, type SelectionRow } from '#db/queries/train/selections.ts'
import { found, Refusal } from '../refusal.ts'
import { rightOn } from './measurements.ts'
import { assumedUploadCost } from './upload-cost.ts'

export type PairVerb = 'train' | 'evaluate' | 'import'

/** What a pair was measured by, before any of it is read: enough to say no. */
export interface FoundPair {
  readonly selection: SelectionRow
  readonly jobs: Jobs
}

export interface LoadedPair {
  readonly selection: SelectionRow
  readonly names: { readonly localModel: string; readonly edgeModel: string; readonly dataset: string }
  readonly data: PairData
  readonly jobs: { readonly localJob: string; readonly edgeJob: string; readonly featuresJob: string }
}

/** `verb` is what the pair is wanted for, as the refusals say it. The newest selection where none is named. */
export async function findPair(db: Db, selectionId: string | undefined, verb: PairVerb): Promise<FoundPair> {
  const id = selectionId ?? (await listSelections(db))[0]?.id
  if (id === undefined) throw new Refusal('invalid', `Cannot ${verb}: no pair is selected yet`)
  const selection = found(await findSelection(db, id), 'selection', id)
  return { selection, jobs: await pairJobs(db, selection, verb) }
}

export async function loadPair(db: Db, selectionId: string | undefined, verb: PairVerb): Promise<LoadedPair> {
  const { selection, jobs } = await findPair(db, selectionId, verb)
  const nameOf = async (job: DeviceJobRow) => (await findModel(db, job.modelId!))!.name
  return {
    selection,
    names: {
      localModel: await nameOf(jobs.local),
      edgeModel: await nameOf(jobs.edge),
      dataset: (await findDataset(db, selection.datasetId))!.name,
    },
    data: await pairData(db, selection, jobs),
    jobs: { localJob: jobs.local.id, edgeJob: jobs.edge.id, featuresJob: jobs.features.id },
  }
}

interface Jobs {
  readonly local: DeviceJobRow
  readonly edge: DeviceJobRow
  readonly features: DeviceJobRow
}

async function pairJobs(db: Db, selection: SelectionRow, verb: string): Promise<Jobs> {
  const { result } = selection
  if (!result.ok) throw new Refusal('invalid', `Cannot ${verb}: selection "${selection.id}" found no pair`)
  const at = (deviceId: string) => listDeviceJobs(db, { datasetId: selection.datasetId, deviceId })
  const onLocal = (await at(selection.localDeviceId)).filter((j) => j.state === 'done')
  const onEdge = (await at(selection.edgeDeviceId)).filter((j) => j.state === 'done')
  const local = onLocal.find((j) => j.modelId === result.localModelId)
  const edge = onEdge.find((j) => j.modelId === result.edgeModelId)
  const features = onLocal.find((j) => j.kind === 'features' && j.featuresVersion === FEATURES_VERSION)
  if (!local || !edge) throw new Refusal('invalid', `Cannot ${verb}: the profiles of the pair are gone`)
  if (!features)
    throw new Refusal(
      'invalid',
      `Cannot ${verb}: the local device has not extracted the features of this data set`,
    )
  return { local, edge, features }
}

async function pairData(db: Db, selection: SelectionRow, jobs: Jobs): Promise<PairData> {
  const { local, edge, features } = jobs
  const labels = await datasetLabels(db, selection.datasetId)
  const localOutcomes = await jobOutcomes(db, local.id)
  const [localRight, edgeRight] = await rightOn(db, [local.id, edge.id], labels)
  const rows = await jobFeatures(db, features.id)
  const costs: PairCosts = {
    featuresMs: mean(rows.map((r) => r.latencyMs)),
    featuresJ: features.result!.energy.perImageJ,
    localMs: local.summary!.latencyMeanMs,
    localJ: local.summary!.energy.perImageJ,
    edgeMs: edge.summary!.latencyMeanMs,
    edgeJ: edge.summary!.energy.perImageJ,
    ...assumedUploadCost(await meanImageBytes(db, selection.datasetId)),
  }
  return {
    features: rows.map((r) => r.features),
    localRight: localRight!,
    edgeRight: edgeRight!,
    localTop: localOutcomes.map((o) => o.top.map((t) => t.p)),
    pixelDigests: pixelDigests(rows),
    costs,
  }
}

/** Null where any row lacks it: half a check would look like a whole one. */
function pixelDigests(rows: readonly FeatureRow[]): string[] | null {
  const digests = rows.flatMap((row) => row.pixels ?? [])
  return digests.length === rows.length ? digests : null
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

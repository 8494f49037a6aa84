// What a router is trained on: for each image its features, which of the two models was right, how sure the
// local one was, and what each step costs where. All of it comes from the profiles of the selection.

import type { PairCosts } from '#contract/evaluation.ts'
import { FEATURES_VERSION } from '#contract/features.ts'
import type { PairData } from '#core/train/train-router.ts'
import type { Db } from '#db/db.ts'
import { datasetLabels } from '#db/queries/datasets.ts'
import { type DeviceJobRow, jobFeatures, jobOutcomes, listDeviceJobs } from '#db/queries/device-jobs.ts'
import type { SelectionRow } from '#db/queries/selections.ts'
import { Refusal } from '../refusal.ts'
import { rightOn } from './measurements.ts'

// No link between the devices was measured: 20 Mbit/s is what a Pi's 2.4 GHz radio usually carries.
const UPLOAD_BITS_PER_MS = 20_000
const UPLOAD_SOURCE = 'time: mean image size at an assumed 20 Mbit/s; energy: 0.058 J an image, as published'
const UPLOAD_J = 0.058

export interface TrainingInput {
  readonly data: PairData
  readonly jobs: { readonly localJob: string; readonly edgeJob: string; readonly featuresJob: string }
}

interface Jobs {
  readonly local: DeviceJobRow
  readonly edge: DeviceJobRow
  readonly features: DeviceJobRow
}

async function pairJobs(db: Db, selection: SelectionRow): Promise<Jobs> {
  const { result } = selection
  if (!result.ok) throw new Refusal('invalid', `Cannot train: selection "${selection.id}" found no pair`)
  const at = (deviceId: string) => listDeviceJobs(db, { datasetId: selection.datasetId, deviceId })
  const onLocal = (await at(selection.localDeviceId)).filter((j) => j.state === 'done')
  const onEdge = (await at(selection.edgeDeviceId)).filter((j) => j.state === 'done')
  const local = onLocal.find((j) => j.modelId === result.localModelId)
  const edge = onEdge.find((j) => j.modelId === result.edgeModelId)
  const features = onLocal.find((j) => j.kind === 'features' && j.featuresVersion === FEATURES_VERSION)
  if (!local || !edge) throw new Refusal('invalid', 'Cannot train: the profiles of the pair are gone')
  if (!features)
    throw new Refusal(
      'invalid',
      'Cannot train: the local device has not extracted the features of this data set',
    )
  return { local, edge, features }
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

export async function loadPairData(
  db: Db,
  selection: SelectionRow,
  imageBytesMean: number,
): Promise<TrainingInput> {
  const { local, edge, features } = await pairJobs(db, selection)
  const labels = await datasetLabels(db, selection.datasetId)
  const localOutcomes = await jobOutcomes(db, local.id)
  const rows = await jobFeatures(db, features.id)
  const costs: PairCosts = {
    featuresMs: mean(rows.map((r) => r.latencyMs)),
    featuresJ: features.result!.energy.perImageJ,
    localMs: local.summary!.latencyMeanMs,
    localJ: local.summary!.energy.perImageJ,
    edgeMs: edge.summary!.latencyMeanMs,
    edgeJ: edge.summary!.energy.perImageJ,
    uploadMs: (imageBytesMean * 8) / UPLOAD_BITS_PER_MS,
    uploadJ: UPLOAD_J,
    uploadSource: UPLOAD_SOURCE,
  }
  return {
    data: {
      features: rows.map((r) => r.features),
      localRight: await rightOn(db, local.id, labels),
      edgeRight: await rightOn(db, edge.id, labels),
      localTopProbability: Float64Array.from(localOutcomes, (o) => o.top[0]!.p),
      costs,
    },
    jobs: { localJob: local.id, edgeJob: edge.id, featuresJob: features.id },
  }
}

// Gathers what the devices measured into the arrays that the core computes on.

import { rightAnswers } from '#core/profile/right-answers.ts'
import type { PairCandidate } from '#core/select/pair-candidate.ts'
import type { Db } from '#db/db.ts'
import { type DeviceJobRow, jobOutcomes, listDeviceJobs } from '#db/queries/device-jobs.ts'
import { listModels, modelRefs } from '#db/queries/models.ts'
import { jobTopAnswers } from '#db/queries/train/selections.ts'
import { Refusal } from '../refusal.ts'

/** 1 where the best class is the true one, in the data set's order. */
export const rightOn = async (db: Db, jobId: string, labels: readonly number[]): Promise<Uint8Array> =>
  rightAnswers(await jobOutcomes(db, jobId), labels)

export type MeasuredCandidate = PairCandidate & { readonly localJob: string; readonly edgeJob: string }

export interface Where {
  readonly datasetId: string
  readonly localDeviceId: string
  readonly edgeDeviceId: string
}

const doneProfiles = (jobs: readonly DeviceJobRow[]) =>
  new Map(jobs.filter((j) => j.kind === 'profile' && j.state === 'done').map((j) => [j.modelId!, j]))

/** The models that were profiled on both devices, by name. */
export async function measuredCandidates(
  db: Db,
  where: Where,
  labels: readonly number[],
): Promise<MeasuredCandidate[]> {
  const { datasetId } = where
  const local = doneProfiles(await listDeviceJobs(db, { datasetId, deviceId: where.localDeviceId }))
  const edge = doneProfiles(await listDeviceJobs(db, { datasetId, deviceId: where.edgeDeviceId }))
  const models = (await listModels(db)).filter(({ id }) => local.get(id)?.summary && edge.get(id)?.summary)
  if (models.length === 0)
    throw new Refusal('invalid', 'Cannot select: no model is profiled on both devices, expected at least two')
  const refs = await modelRefs(
    db,
    models.map(({ id }) => id),
  )
  const candidates: MeasuredCandidate[] = []
  for (const model of models) {
    const [onLocal, onEdge] = [local.get(model.id)!, edge.get(model.id)!]
    const [atLocal, atEdge] = [onLocal.summary!, onEdge.summary!]
    const localTop = await topOn(db, onLocal.id, labels)
    candidates.push({
      modelId: model.id,
      name: model.name,
      localLatencyMeanMs: atLocal.latencyMeanMs,
      localEnergyJ: atLocal.energy.perImageJ,
      localPeakMemoryBytes: atLocal.peakMemoryBytes,
      edgeLatencyMeanMs: atEdge.latencyMeanMs,
      edgeEnergyJ: atEdge.energy.perImageJ,
      sizeBytes: refs.get(model.id)!.file.sizeBytes,
      localJob: onLocal.id,
      edgeJob: onEdge.id,
      localRight: localTop.right,
      localTopProbability: localTop.probabilities,
      right: (await topOn(db, onEdge.id, labels)).right,
    })
  }
  return candidates
}

async function topOn(db: Db, jobId: string, labels: readonly number[]) {
  const { classes, probabilities } = await jobTopAnswers(db, jobId)
  // An image without an outcome would silently count as wrong.
  if (classes.length !== labels.length)
    throw new RangeError(
      `Cannot judge profile "${jobId}": has ${classes.length} outcomes, expected ${labels.length}, one an image`,
    )
  return { right: Uint8Array.from(classes, (best, image) => (best === labels[image] ? 1 : 0)), probabilities }
}

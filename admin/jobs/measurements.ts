// Gathers what the devices measured into the arrays that the core computes on.

import type { SelectionCandidate } from '#contract/selection.ts'
import { rightAnswers } from '#core/profile/right-answers.ts'
import type { Db } from '#db/db.ts'
import { type DeviceJobRow, jobOutcomes, listDeviceJobs } from '#db/queries/device-jobs.ts'
import { listModels } from '#db/queries/models.ts'
import { Refusal } from '../refusal.ts'

/** 1 where the best class is the true one, in the data set's order. */
export const rightOn = async (db: Db, jobId: string, labels: readonly number[]): Promise<Uint8Array> =>
  rightAnswers(await jobOutcomes(db, jobId), labels)

export type MeasuredCandidate = Omit<SelectionCandidate, 'top1' | 'top1OnLocalFailures'> & {
  readonly localJob: string
  readonly edgeJob: string
  readonly right: Uint8Array
  readonly localRight: Uint8Array
}

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
  const candidates: MeasuredCandidate[] = []
  for (const model of await listModels(db)) {
    const onLocal = local.get(model.id)
    const onEdge = edge.get(model.id)
    if (!onLocal?.summary || !onEdge?.summary) continue
    candidates.push({
      modelId: model.id,
      name: model.name,
      localLatencyMeanMs: onLocal.summary.latencyMeanMs,
      localEnergyJ: onLocal.summary.energy.perImageJ,
      edgeLatencyMeanMs: onEdge.summary.latencyMeanMs,
      edgeEnergyJ: onEdge.summary.energy.perImageJ,
      localJob: onLocal.id,
      edgeJob: onEdge.id,
      localRight: await rightOn(db, onLocal.id, labels),
      right: await rightOn(db, onEdge.id, labels),
    })
  }
  if (candidates.length === 0)
    throw new Refusal('invalid', 'Cannot select: no model is profiled on both devices, expected at least two')
  return candidates
}

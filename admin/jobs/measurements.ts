// Gathers what the devices measured into the arrays that the core computes on.

import type { PairCandidate } from '#core/select/pair-candidate.ts'
import type { Db } from '#db/db.ts'
import { topAnswers, topClasses } from '#db/outcomes/outcome-rows.ts'
import { type DeviceJobRow, listDeviceJobs } from '#db/queries/device-jobs.ts'
import { listModels, modelRefs } from '#db/queries/models.ts'
import { Refusal } from '../refusal.ts'

/** By job: 1 where the best class is the true one, in the data set's order. */
export async function rightOn(
  db: Db,
  jobIds: readonly string[],
  labels: readonly number[],
): Promise<Uint8Array[]> {
  const classes = await topClasses(db, jobIds)
  return jobIds.map((id) => rightOf(id, classes.get(id), labels))
}

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
  const jobsOn = (where: typeof local) => models.map(({ id }) => where.get(id)!.id)
  // Two dozen profiles are 15 MB: over two connections at once, and probabilities only where they are used.
  const [localTop, edgeTop] = await Promise.all([topAnswers(db, jobsOn(local)), topClasses(db, jobsOn(edge))])
  return models.map((model) => {
    const [onLocal, onEdge] = [local.get(model.id)!, edge.get(model.id)!]
    const [atLocal, atEdge] = [onLocal.summary!, onEdge.summary!]
    return {
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
      localRight: rightOf(onLocal.id, localTop.get(onLocal.id)?.classes, labels),
      localTopProbability: localTop.get(onLocal.id)!.probabilities,
      right: rightOf(onEdge.id, edgeTop.get(onEdge.id), labels),
    }
  })
}

function rightOf(jobId: string, classes: Int32Array | undefined, labels: readonly number[]): Uint8Array {
  // An image without an outcome would silently count as wrong.
  if (classes?.length !== labels.length)
    throw new RangeError(
      `Cannot judge profile "${jobId}": has ${classes?.length ?? 0} outcomes, expected ${labels.length}, one an image`,
    )
  // A plain loop: a selection looks at a million answers.
  const right = new Uint8Array(labels.length)
  for (let image = 0; image < labels.length; image++) right[image] = classes[image] === labels[image] ? 1 : 0
  return right
}

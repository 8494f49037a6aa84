// Making a router of a forest that was trained elsewhere: the job's input and its work. Whoever reads the file is a
// child process that may die of it, which says that the file is at fault: that is an answer, and not tried again.

import { z } from 'zod'
import { Digest } from '#contract/digest.ts'
import { importForest } from '../../onnx-forest/import-forest.ts'
import { COMPUTE_NICENESS } from '../compute/compute-by-steps.ts'
import { loadPair } from '../pair-data.ts'
import type { JobWork } from './job-port.ts'
import { storeRouter } from './store-router.ts'
import { TrainingInput } from './training.ts'

export const ForestImportInput = TrainingInput.omit({ kind: true, featureChoice: true }).extend({
  file: Digest,
  features: z.array(z.string()).optional(),
})
export type ForestImportInput = z.infer<typeof ForestImportInput>

export const importRouter: JobWork = async (port) => {
  const { selection, file, features, ...options } = ForestImportInput.parse(port.job.input)
  const pair = await loadPair(port.db, selection, 'import')
  const bytes = await port.artifacts.readVerified(file)
  const { labels, ...made } = await importForest(
    { bytes, features, data: pair.data, options },
    { signal: port.signal, niceness: COMPUTE_NICENESS },
  )
  const store = await storeRouter(port, pair, made, { ...pair.jobs, ...options, importedFrom: file })
  return async (tx) => {
    const { id, version } = await store(tx)
    return { router: id, version, labels }
  }
}

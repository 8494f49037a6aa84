// A router that was made becomes a version: its document is stored as an artifact before, its row comes with the end
// of the job.

import { FEATURES_VERSION, type FeatureName } from '#contract/features.ts'
import type { Duplicates } from '#contract/results/evaluation-options.ts'
import { RouterDocument } from '#contract/router.ts'
import type { PairData } from '#core/train/pair-data.ts'
import type { TrainedRouter } from '#core/train/train-router.ts'
import type { Db } from '#db/db.ts'
import { insertRouter, type RouterRow } from '#db/queries/train/routers.ts'
import type { LeakCheck, RouterProvenance } from '#db/schema/train.ts'
import { recordStored } from '../../artifacts/keep-artifact.ts'
import type { LoadedPair } from '../pair-data.ts'
import type { JobContext } from './job-port.ts'

type Made = Pick<TrainedRouter, 'document' | 'evaluation'>
type Origin = Omit<RouterProvenance, 'featuresVersion' | 'features' | 'leakCheck'> & {
  readonly duplicates: Duplicates
}

export async function storeRouter(
  { artifacts }: Pick<JobContext, 'artifacts'>,
  pair: LoadedPair,
  made: Made,
  { duplicates, ...origin }: Origin,
): Promise<(tx: Db) => Promise<RouterRow>> {
  const document = RouterDocument.parse(made.document)
  const ref = await artifacts.putBytes(Buffer.from(JSON.stringify(document)))
  return async (tx) => {
    await recordStored({ db: tx, artifacts }, ref, 'application/json')
    return insertRouter(tx, {
      kind: document.kind,
      selectionId: pair.selection.id,
      documentDigest: ref.digest,
      evaluation: made.evaluation,
      provenance: {
        ...origin,
        featuresVersion: FEATURES_VERSION,
        features: featuresOf(document),
        leakCheck: leakCheckOf(pair.data, duplicates),
      },
    })
  }
}

/** Of a training that was not refused. */
function leakCheckOf({ pixelDigests }: PairData, duplicates: Duplicates): LeakCheck {
  if (pixelDigests === null) return 'unchecked'
  const hasDuplicates = new Set(pixelDigests).size < pixelDigests.length
  return hasDuplicates && duplicates === 'leave-out' ? 'duplicates-left-out' : 'none-found'
}

/** Those that the device will have to extract. */
function featuresOf(document: RouterDocument): readonly FeatureName[] {
  if (document.kind === 'two-stage') return document.forest.features
  return 'features' in document ? document.features : []
}

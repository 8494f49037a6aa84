// Stage observe: what a deployment saves at its devices, as its newest decisions tell, beside what its router's evaluation
// had promised on images that it had not seen.

import type { Evaluation } from '#contract/results/evaluation.ts'
import { PRE_ROUTER_KINDS } from '#contract/router.ts'
import { energySaving } from '#core/observe/energy-saving.ts'
import type { Db } from '#db/db.ts'
import { findDeployment } from '#db/queries/deployments.ts'
import { spentEnergy } from '#db/queries/observe/energy.ts'
import { findRouter } from '#db/queries/train/routers.ts'
import { found } from '../../refusal.ts'

const NAMES = ['local-only', 'router', 'edge-only'] as const

export async function savingOf(db: Db, which: string, since: Date) {
  const { id, version, document, routerId } = found(await findDeployment(db, which), 'deployment', which)
  const { evaluation } = found(await findRouter(db, routerId), 'router', routerId)
  const spent = await spentEnergy(db, id, since)
  const isCascade = !PRE_ROUTER_KINDS.includes(document.router.kind)
  return {
    deployment: { id, version },
    pair: { local: document.local.name, edge: document.edge.name },
    router: { version: document.router.version, kind: document.router.kind },
    images: spent.images,
    /** Null from too few images. */
    saving: energySaving(spent, { ...evaluation.costs, isCascade }),
    expected: NAMES.flatMap((name) => strategyOf(evaluation, name)),
    verdict: evaluation.verdict,
    uploadSource: evaluation.costs.uploadSource,
  }
}

const strategyOf = ({ strategies }: Evaluation, wanted: (typeof NAMES)[number]) =>
  strategies
    .filter(({ name }) => name === wanted)
    .map(({ name, top1, deviceEnergyJ, offloadShare }) => ({ name, top1, deviceEnergyJ, offloadShare }))

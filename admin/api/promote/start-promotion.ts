// Makes a deployment current in a group at once, or sends it on its way by stages. One transaction under the locks
// of the groups: two admins never both win, and a crash leaves either nothing or a rollout that the driver finds.

import { isDeepStrictEqual } from 'node:util'
import type { Promotion } from '#contract/api/promote/rollouts.ts'
import { RolloutPlan, Stage } from '#contract/rollout.ts'
import { groupsOf } from '#core/promote/check-plan.ts'
import type { Db } from '#db/db.ts'
import { currentRollout, insertDeployment, type RolloutRow, startRollout } from '#db/queries/deployments.ts'
import { findAlias, moveAlias } from '#db/queries/rollouts/aliases.ts'
import { insertStaged, type StagedRollout, type StagedRow } from '#db/queries/rollouts/staged-rollouts.ts'
import { supersedeRollout } from '#db/queries/rollouts/transitions.ts'
import { claimGroups, requireExpected, underWay } from './claim-groups.ts'
import { declareEdge } from './external-edge.ts'
import { type DeploymentDraft, isSame } from './promotion.ts'

export interface PromotionOrder {
  readonly input: Promotion
  /** Undefined: all of the group at once. */
  readonly plan: RolloutPlan | undefined
  readonly draft: DeploymentDraft
  readonly overrideReason: string | null
  readonly startedBy: string
}

export interface Started {
  readonly rollout: RolloutRow | StagedRow
  readonly deployment: DeploymentDraft & { readonly id: string; readonly version: number }
}

export function startPromotion(db: Db, order: PromotionOrder): Promise<Started> {
  const groups = order.plan ? groupsOf(order.plan) : [order.input.group]
  return db.transaction(async (tx) => {
    const started = await start(tx, order, groups)
    const { deployment } = started
    for (const group of groups)
      for (const edge of order.input.externalEdges)
        await declareEdge(tx, edge, { group, deployment, by: order.startedBy })
    return started
  })
}

async function start(tx: Db, order: PromotionOrder, groups: readonly string[]): Promise<Started> {
  const { input, draft } = order
  const { group } = input
  const rolling = await claimGroups(tx, groups)
  const plan = order.plan ?? (await planOfProtected(tx, input))
  const same = rolling.find((r) => isSame(r.deployment.document, draft) && samePlan(r, plan))
  if (same) return { rollout: same.rollout, deployment: same.deployment.document }
  const current = await currentRollout(tx, group)
  if (current && rolling.length === 0 && groups.length === 1 && isSame(current.deployment.document, draft))
    return { rollout: current.rollout, deployment: current.deployment.document }
  requireExpected(group, current, input.expected)
  if (rolling[0] && !input.replace) throw underWay(group, rolling[0])
  for (const { rollout } of rolling)
    await supersedeRollout(tx, rollout, {
      actor: order.startedBy,
      reason: `${order.startedBy} replaced it`,
    })
  const { document } = await insertDeployment(tx, draft)
  const { overrideReason, startedBy } = order
  const by = { deploymentId: document.id, overrideReason, startedBy }
  if (plan)
    return { rollout: await insertStaged(tx, { ...by, plan, alias: input.alias }), deployment: document }
  const rollout = await startRollout(tx, { ...by, groupName: group, kind: 'promote' })
  await moveAlias(
    tx,
    { group, name: input.alias, deploymentId: document.id },
    { actor: startedBy, reason: 'promoted' },
  )
  return { rollout, deployment: document }
}

const samePlan = ({ rollout }: StagedRollout, plan: RolloutPlan | undefined): boolean =>
  plan !== undefined && isDeepStrictEqual(rollout.plan, plan)

/** Where the alias is protected nothing goes at once: all of the group waits for a person's word. */
async function planOfProtected(tx: Db, { group, alias }: Promotion): Promise<RolloutPlan | undefined> {
  if ((await findAlias(tx, group, alias))?.isProtected !== true) return undefined
  return RolloutPlan.parse({ stages: [Stage.parse({ group, gate: 'approval' })] })
}

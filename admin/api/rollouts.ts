// Stage promote: a router, with its pair and a function, becomes a deployment and the current one of a group, at once
// or by stages. The gate stands in front: a router that is no better than chance needs an admin's reason, which is
// kept. What is under way can be watched, held, let pass and sent back; the driver does the rest.

import { ById } from '#contract/api/names.ts'
import {
  DeploymentList,
  Promotion,
  Rollback,
  RolloutHistory,
  RolloutList,
  RolloutStep,
} from '#contract/api/promote/rollouts.ts'
import { groupsOf } from '#core/promote/check-plan.ts'
import { promotionGate } from '#core/promote/gate.ts'
import type { Db } from '#db/db.ts'
import {
  type CurrentRollout,
  currentRollout,
  deploymentBefore,
  findDeployment,
  startRollout,
} from '#db/queries/deployments.ts'
import { pageDeployments, pageHistory, pageStaged } from '#db/queries/lists/promote-lists.ts'
import { findModel } from '#db/queries/models.ts'
import { moveAlias, resolveDeployment, STABLE } from '#db/queries/rollouts/aliases.ts'
import { findStaged, type Note, type StagedRow } from '#db/queries/rollouts/staged-rollouts.ts'
import {
  approveRollout,
  holdRollout,
  resumeRollout,
  rollBackRollout,
  supersedeRollout,
} from '#db/queries/rollouts/transitions.ts'
import { findRouter } from '#db/queries/train/routers.ts'
import { requireMay } from '../auth/actor.ts'
import type { Audit } from '../auth/audit.ts'
import type { Context } from '../context.ts'
import { advanceNow } from '../jobs/rollout-driver.ts'
import { found, Refusal } from '../refusal.ts'
import { changeRollout, claimGroups, requireExpected, underWay } from './promote/claim-groups.ts'
import { requireFit } from './promote/external-edge.ts'
import { describeDeployment, planOf, requireDevices } from './promote/promotion.ts'
import { viewRollout } from './promote/rollout-view.ts'
import { startPromotion } from './promote/start-promotion.ts'
import { mutation, query, router } from './trpc.ts'

type Find = (db: Db, which: string) => Promise<{ id: string } | undefined>

type Audited = Context & { readonly audit: Audit }
type Change = (tx: Db, row: StagedRow) => Promise<StagedRow>

const progressOf = ({ state, reason, cuts }: StagedRow) => ({ state, reason, stages: cuts.length })

/** What a person does to a rollout, with what it was before. */
function step(ctx: Audited, asked: RolloutStep, change: Change): Promise<StagedRow> {
  return changeRollout(ctx.db, asked, async (tx, row) => {
    const after = await change(tx, row)
    ctx.audit.changed(`rollout ${row.id}`, progressOf(row), progressOf(after))
    return after
  })
}

/** Then whatever follows from it, without waiting for the driver's next look. */
async function act(ctx: Audited, asked: RolloutStep, change: Change): Promise<StagedRow> {
  const row = await step(ctx, asked, change)
  if (row.endedAt !== null) return row
  await advanceNow(ctx, asked.id)
  return (await findStaged(ctx.db, asked.id))!.rollout
}

const runs = (current: CurrentRollout | undefined) =>
  current ? { deployment: current.deployment.version, rollout: current.rollout.id } : null

export const rolloutsRouter = router({
  promote: mutation.input(Promotion).mutation(async ({ ctx, input }) => {
    const row = found(await findRouter(ctx.db, input.router), 'router', input.router)
    const gate = promotionGate(row.evaluation)
    if (!gate.ok && input.override === undefined)
      throw new Refusal('gate', `${gate.words} To promote it all the same, give a reason (override)`)
    const plan = planOf(input)
    for (const group of plan ? groupsOf(plan) : [input.group]) await requireDevices(ctx.db, group, input)
    const draft = await describeDeployment(ctx.db, row, input)
    if (input.externalEdges.length > 0) requireMay(ctx.actor, 'edges.declare')
    for (const edge of input.externalEdges) await requireFit(ctx, draft.edge, edge)
    const overrideReason = gate.ok ? null : (input.override ?? null)
    const order = { input, plan, draft, overrideReason, startedBy: ctx.actor.name }
    const before = await currentRollout(ctx.db, input.group)
    const started = await startPromotion(ctx.db, order)
    ctx.audit.changed(`group ${input.group}`, runs(before), {
      deployment: started.deployment.version,
      rollout: started.rollout.id,
    })
    if (!('plan' in started.rollout)) return started
    await advanceNow(ctx, started.rollout.id)
    return { ...started, rollout: (await findStaged(ctx.db, started.rollout.id))!.rollout }
  }),

  /**
   * Back to the newest deployment that is older than the current one, or to the one that is named. A second click
   * therefore goes further back, or is refused; it never goes forward again. Devices get a new sequence. While a
   * staged rollout is under way, back is where it came from: it is aborted.
   */
  rollback: mutation.input(Rollback).mutation(({ ctx, input }) =>
    ctx.db.transaction(async (tx) => {
      const { group } = input
      const by: Note = { actor: ctx.actor.name, reason: `${ctx.actor.name} rolled back` }
      const [rolling] = await claimGroups(tx, [group])
      if (rolling && input.to !== undefined && !input.replace) throw underWay(group, rolling)
      const before = await currentRollout(tx, group)
      if (!before)
        throw new Refusal('not-found', `Cannot roll back group "${group}": nothing was promoted to it`)
      requireExpected(group, before, input.expected)
      if (rolling && input.to === undefined) {
        await rollBackRollout(tx, rolling.rollout, by)
        const { rollout, deployment } = (await currentRollout(tx, group))!
        ctx.audit.changed(`rollout ${rolling.rollout.id}`, progressOf(rolling.rollout), { state: 'aborted' })
        return { rollout, deployment: deployment.document }
      }
      const target =
        input.to === undefined
          ? await deploymentBefore(tx, group, before.deployment.version)
          : found(await resolveDeployment(tx, group, input.to), 'deployment', input.to)
      if (!target)
        throw new Refusal('conflict', `Cannot roll back group "${group}": there is no earlier deployment`)
      if (rolling) await supersedeRollout(tx, rolling.rollout, by)
      const rollout = await startRollout(tx, {
        groupName: group,
        deploymentId: target.id,
        kind: 'rollback',
        overrideReason: null,
        startedBy: by.actor,
      })
      await moveAlias(tx, { group, name: STABLE, deploymentId: target.id }, by)
      ctx.audit.changed(`group ${group}`, runs(before), { deployment: target.version, rollout: rollout.id })
      return { rollout, deployment: target.document }
    }),
  ),

  /** Neither forward nor back until it is resumed. */
  pause: mutation.input(RolloutStep).mutation(({ ctx, input }) =>
    step(ctx, input, async (tx, row) => {
      const reason = input.reason ?? `${ctx.actor.name} paused it`
      return row.state === 'paused' ? row : holdRollout(tx, row, 'paused', { actor: ctx.actor.name, reason })
    }),
  ),

  resume: mutation.input(RolloutStep).mutation(({ ctx, input }) =>
    act(ctx, input, async (tx, row) => {
      const reason = input.reason ?? `${ctx.actor.name} resumed it`
      return row.state === 'paused' ? resumeRollout(tx, row, { actor: ctx.actor.name, reason }) : row
    }),
  ),

  /** Lets one gate pass; with a reason also a protected alias. */
  approve: mutation.input(RolloutStep).mutation(({ ctx, input }) =>
    act(ctx, input, async (tx, row) => {
      if (row.state !== 'awaiting-approval')
        throw new Refusal(
          'conflict',
          `Cannot approve rollout "${row.id}": it is ${row.state}, expected it to wait for approval`,
        )
      if (row.cuts.length === row.plan.stages.length && input.reason === undefined)
        throw new Refusal('gate', `Cannot approve rollout "${row.id}" without a reason: ${row.reason}`)
      const reason = input.reason ?? `${ctx.actor.name} approved it`
      return approveRollout(tx, row, input.reason ?? null, { actor: ctx.actor.name, reason })
    }),
  ),

  /** Sends it back; also a paused one. */
  abort: mutation.input(RolloutStep).mutation(({ ctx, input }) =>
    act(ctx, input, (tx, row) => {
      const reason = input.reason ?? `${ctx.actor.name} aborted it`
      return rollBackRollout(tx, row, { actor: ctx.actor.name, reason })
    }),
  ),

  get: query.input(ById).query(({ ctx, input }) => viewRollout(ctx.db, input.id)),

  list: query.input(RolloutList.prefault({})).query(({ ctx, input }) => pageStaged(ctx.db, input)),

  history: query.input(RolloutHistory.prefault({})).query(({ ctx, input }) => pageHistory(ctx.db, input)),

  deployments: query
    .input(DeploymentList.prefault({}))
    .query(async ({ ctx, input: { router: wanted, function: fn, model, ...ask } }) => {
      const id = async (noun: string, which: string | undefined, find: Find) =>
        which === undefined ? undefined : found(await find(ctx.db, which), noun, which).id
      return pageDeployments(ctx.db, {
        ...ask,
        routerId: await id('router', wanted, findRouter),
        functionName: fn,
        modelId: await id('model', model, findModel),
      })
    }),

  deployment: query
    .input(ById)
    .query(async ({ ctx, input }) => found(await findDeployment(ctx.db, input.id), 'deployment', input.id)),
})

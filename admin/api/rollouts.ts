// Stage promote: a router, with its pair and a function, becomes a deployment and the current one of a group.
// The gate stands in front: a router that is no better than chance needs an admin's reason, which is kept.

import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Deployment } from '#contract/deployment.ts'
import { Policy } from '#contract/deployment.ts'
import { RouterKind } from '#contract/router-kind.ts'
import { promotionGate } from '#core/promote/gate.ts'
import type { Db } from '#db/db.ts'
import { artifactSizes } from '#db/queries/artifacts.ts'
import {
  type CurrentRollout,
  currentRollout,
  deploymentBefore,
  findDeployment,
  insertDeployment,
  listDeployments,
  lockRollouts,
  rolloutHistory,
  startRollout,
} from '#db/queries/deployments.ts'
import { groupDevices } from '#db/queries/devices.ts'
import { findFunction } from '#db/queries/functions.ts'
import { modelRefs } from '#db/queries/models.ts'
import { findRouter, type RouterRow } from '#db/queries/routers.ts'
import { findSelection } from '#db/queries/selections.ts'
import { found, Refusal } from '../refusal.ts'
import { GroupName } from './inputs.ts'
import { mutation, query, router } from './trpc.ts'

/** The deployment that the caller saw as current, null for none; where another one won meanwhile: a conflict. */
const Expected = z.string().nullable().optional()

const Promotion = z.object({
  /** Router id or version. */
  router: z.string().min(1),
  function: z.string().min(1).default('classify'),
  group: GroupName,
  policy: Policy.default(Policy.parse({})),
  /** Why a router is promoted that the gate refuses. */
  override: z.string().min(10).max(1_000).optional(),
  expected: Expected,
})

async function describeDeployment(
  db: Db,
  row: RouterRow,
  input: z.infer<typeof Promotion>,
): Promise<Omit<Deployment, 'id' | 'version'>> {
  const selection = found(await findSelection(db, row.selectionId), 'selection', row.selectionId)
  if (!selection.result.ok)
    throw new Refusal('invalid', `Cannot promote: selection "${selection.id}" found no pair`)
  const { localModelId, edgeModelId } = selection.result
  const refs = await modelRefs(db, [localModelId, edgeModelId])
  const fn = found(await findFunction(db, input.function), 'function', input.function)
  const sizes = await artifactSizes(db, [row.documentDigest, fn.digest])
  const file = (digest: string) => ({ digest, sizeBytes: sizes.get(digest)! })
  return {
    local: refs.get(localModelId)!,
    edge: refs.get(edgeModelId)!,
    router: {
      id: row.id,
      version: row.version,
      kind: RouterKind.parse(row.kind),
      file: file(row.documentDigest),
    },
    function: { id: fn.id, name: fn.name, version: fn.version, file: file(fn.digest) },
    policy: input.policy,
  }
}

/** A second click on promote asks for what runs already. */
const isSame = (
  { id: _id, version: _version, ...content }: Deployment,
  draft: Omit<Deployment, 'id' | 'version'>,
) => isDeepStrictEqual(content, draft)

async function requireDevices(db: Db, group: string): Promise<void> {
  for (const tier of ['edge', 'local'] as const)
    if ((await groupDevices(db, group, tier)).length === 0)
      throw new Refusal('invalid', `Cannot promote to group "${group}": it has no device of tier ${tier}`)
}

function requireExpected(
  group: string,
  current: CurrentRollout | undefined,
  expected: string | null | undefined,
) {
  if (expected === undefined || (current?.deployment.id ?? null) === expected) return
  const winner = current
    ? `${current.rollout.startedBy} made deployment ${current.deployment.version} current`
    : 'nothing is promoted to it any more'
  throw new Refusal(
    'conflict',
    `Cannot change group "${group}": ${winner} meanwhile; look again, then decide`,
  )
}

export const rolloutsRouter = router({
  promote: mutation.input(Promotion).mutation(async ({ ctx, input }) => {
    const row = found(await findRouter(ctx.db, input.router), 'router', input.router)
    const gate = promotionGate(row.evaluation)
    if (!gate.ok && input.override === undefined)
      throw new Refusal('gate', `${gate.words} To promote it all the same, give a reason (override)`)
    await requireDevices(ctx.db, input.group)
    const draft = await describeDeployment(ctx.db, row, input)
    return ctx.db.transaction(async (tx) => {
      await lockRollouts(tx, input.group)
      const current = await currentRollout(tx, input.group)
      if (current && isSame(current.deployment.document, draft))
        return { rollout: current.rollout, deployment: current.deployment.document }
      requireExpected(input.group, current, input.expected)
      const deployment = await insertDeployment(tx, draft)
      const rollout = await startRollout(tx, {
        groupName: input.group,
        deploymentId: deployment.id,
        kind: 'promote',
        overrideReason: gate.ok ? null : (input.override ?? null),
        startedBy: ctx.actor.name,
      })
      return { rollout, deployment: deployment.document }
    })
  }),

  /**
   * Back to the newest deployment that is older than the current one, or to the one that is named. A second click
   * therefore goes further back, or is refused; it never goes forward again. Devices get a new sequence.
   */
  rollback: mutation
    .input(z.object({ group: GroupName, to: z.string().min(1).optional(), expected: Expected }))
    .mutation(({ ctx, input }) =>
      ctx.db.transaction(async (tx) => {
        await lockRollouts(tx, input.group)
        const current = await currentRollout(tx, input.group)
        if (!current)
          throw new Refusal(
            'not-found',
            `Cannot roll back group "${input.group}": nothing was promoted to it`,
          )
        requireExpected(input.group, current, input.expected)
        const target =
          input.to === undefined
            ? await deploymentBefore(tx, input.group, current.deployment.version)
            : found(await findDeployment(tx, input.to), 'deployment', input.to)
        if (!target)
          throw new Refusal(
            'conflict',
            `Cannot roll back group "${input.group}": there is no earlier deployment`,
          )
        const rollout = await startRollout(tx, {
          groupName: input.group,
          deploymentId: target.id,
          kind: 'rollback',
          overrideReason: null,
          startedBy: ctx.actor.name,
        })
        return { rollout, deployment: target.document }
      }),
    ),

  history: query
    .input(z.object({ group: GroupName, limit: z.number().int().min(1).max(200).default(20) }))
    .query(async ({ ctx, input }) => rolloutHistory(ctx.db, input.group, input.limit)),

  deployments: query.query(({ ctx }) => listDeployments(ctx.db)),
})

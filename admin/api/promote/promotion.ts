// What a promotion asks for, and the deployment that it describes.

import { isDeepStrictEqual } from 'node:util'
import type { Promotion } from '#contract/api/promote/rollouts.ts'
import type { Deployment } from '#contract/deployment.ts'
import { RolloutPlan } from '#contract/rollout.ts'
import { RouterKind } from '#contract/router-kind.ts'
import { reasonAgainstPlan } from '#core/promote/check-plan.ts'
import type { Db } from '#db/db.ts'
import { artifactSizes } from '#db/queries/artifacts.ts'
import { groupDevices } from '#db/queries/devices.ts'
import { type FunctionRow, findFunction, listFunctions } from '#db/queries/functions.ts'
import { modelRefs } from '#db/queries/models.ts'
import type { RouterRow } from '#db/queries/train/routers.ts'
import { findSelection } from '#db/queries/train/selections.ts'
import { found, Refusal } from '../../refusal.ts'

export type DeploymentDraft = Omit<Deployment, 'id' | 'version'>

export async function describeDeployment(db: Db, row: RouterRow, input: Promotion): Promise<DeploymentDraft> {
  const selection = found(await findSelection(db, row.selectionId), 'selection', row.selectionId)
  if (!selection.result.ok)
    throw new Refusal('invalid', `Cannot promote: selection "${selection.id}" found no pair`)
  const { localModelId, edgeModelId } = selection.result
  const refs = await modelRefs(db, [localModelId, edgeModelId])
  const fn = await requireFunction(db, input.function)
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

async function requireFunction(db: Db, which: string): Promise<FunctionRow> {
  const [, name, version] = /^(.*?)(?:@(\d{1,9}))?$/.exec(which) ?? []
  const fn = await findFunction(db, name ?? which, version === undefined ? undefined : Number(version))
  if (fn) return fn
  const all = await listFunctions(db)
  const versions = all.filter((f) => f.name === name).map((f) => `${f.name}@${f.version}`)
  const names = [...new Set(all.map((f) => f.name))]
  const there = versions.length > 0 ? versions : names
  throw new Refusal(
    'not-found',
    `Cannot find function "${which}": it does not exist, expected one of ${there.join(', ') || 'none: deploy one'}`,
  )
}

/** A second click on promote asks for what runs already. */
export const isSame = (
  { id: _id, version: _version, ...content }: Deployment,
  draft: DeploymentDraft,
): boolean => isDeepStrictEqual(content, draft)

/** Undefined: all of the group at once. */
export function planOf(input: Promotion): RolloutPlan | undefined {
  if (input.stages === undefined) {
    if (input.quality === undefined) return undefined
    throw new Refusal('invalid', 'Cannot promote: quality is judged in stages, expected some (stages)')
  }
  if (input.quality?.disagreementMax !== undefined && !input.policy.auditShare)
    throw new Refusal(
      'invalid',
      'Cannot promote: disagreement is to be judged and nothing is audited, expected a share (policy.auditShare)',
    )
  const stages = input.stages.map((stage) => ({ ...stage, group: stage.group ?? input.group }))
  const plan = RolloutPlan.parse({ stages, quality: input.quality ?? {} })
  const against = reasonAgainstPlan(plan)
  if (against !== undefined) throw new Refusal('invalid', `Cannot promote: ${against}`)
  return plan
}

export async function requireDevices(db: Db, group: string, { externalEdges }: Promotion): Promise<void> {
  for (const tier of ['edge', 'local'] as const) {
    if (tier === 'edge' && externalEdges.length > 0) continue
    if ((await groupDevices(db, group, tier)).length === 0)
      throw new Refusal('invalid', `Cannot promote to group "${group}": it has no device of tier ${tier}`)
  }
}

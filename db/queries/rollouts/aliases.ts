// Aliases: names of deployments in a group that move while the deployments stay. `stable` is what was last made
// current, `canary` what is on its way; people may make their own. A protected one moves forward only with a
// person's approval. Every move is kept with who and why.

import { and, eq } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { aliases, aliasMoves } from '../../schema/rollout.ts'
import { type DeploymentRow, findDeployment } from '../deployments.ts'

export type AliasRow = typeof aliases.$inferSelect
export type AliasMoveRow = typeof aliasMoves.$inferSelect

export const STABLE = 'stable'
export const CANARY = 'canary'

export interface AliasTarget {
  readonly group: string
  readonly name: string
  readonly deploymentId: string
}
export interface By {
  readonly actor: string
  readonly reason: string
}

const named = (group: string, name: string) => and(eq(aliases.groupName, group), eq(aliases.name, name))

export async function findAlias(db: Db, group: string, name: string): Promise<AliasRow | undefined> {
  const [row] = await db.select().from(aliases).where(named(group, name))
  return row
}

/** Protected or not: that is the caller's to check. A move to where it is already is none. */
export async function moveAlias(tx: Db, target: AliasTarget, { actor, reason }: By): Promise<void> {
  const { group: groupName, name, deploymentId } = target
  const before = await findAlias(tx, groupName, name)
  await tx
    .insert(aliases)
    .values({ groupName, name, deploymentId })
    .onConflictDoUpdate({
      target: [aliases.groupName, aliases.name],
      set: { deploymentId, proposedId: null, proposedBy: null },
    })
  if (before?.deploymentId !== deploymentId)
    await tx.insert(aliasMoves).values({ groupName, name, deploymentId, actor, reason })
}

/** For aliases that follow what happens by themselves; a protected one stays. */
export async function followWithAlias(tx: Db, target: AliasTarget, by: By): Promise<void> {
  if ((await findAlias(tx, target.group, target.name))?.isProtected !== true) await moveAlias(tx, target, by)
}

export async function proposeAlias(tx: Db, target: AliasTarget, proposedBy: string): Promise<void> {
  await tx
    .update(aliases)
    .set({ proposedId: target.deploymentId, proposedBy })
    .where(named(target.group, target.name))
}

export async function protectAlias(
  tx: Db,
  group: string,
  name: string,
  isProtected: boolean,
): Promise<AliasRow> {
  const [row] = await tx
    .insert(aliases)
    .values({ groupName: group, name, isProtected })
    .onConflictDoUpdate({ target: [aliases.groupName, aliases.name], set: { isProtected } })
    .returning()
  return row!
}

/** By id, version, or a name that the group has for it. */
export async function resolveDeployment(
  db: Db,
  group: string,
  which: string,
): Promise<DeploymentRow | undefined> {
  const alias = await findAlias(db, group, which)
  return findDeployment(db, alias?.deploymentId ?? which)
}

// Stage promote: pages of functions, deployments and rollouts.

import { and, desc, eq, getTableColumns, inArray, or, sql } from 'drizzle-orm'
import { ACTIVE_STATES, type RolloutState } from '#contract/rollout.ts'
import type { Db } from '../../db.ts'
import { deployments, functions } from '../../schema/promote.ts'
import { rollouts, stagedRollouts } from '../../schema/rollout.ts'
import { type Order, type PageAsk, readPage } from './keyset.ts'

const FUNCTIONS: Order = {
  name: 'functions',
  direction: 'asc',
  keys: [
    { of: functions.name, as: 'text' },
    // Newest first within a name, though all keys go one way.
    { of: sql`-${functions.version}`, as: 'int' },
  ],
}
const DEPLOYMENTS: Order = {
  name: 'deployments',
  direction: 'desc',
  keys: [{ of: deployments.version, as: 'int' }],
}
const STAGED: Order = {
  name: 'rollouts',
  direction: 'desc',
  keys: [
    { of: stagedRollouts.createdAt, as: 'instant' },
    { of: stagedRollouts.id, as: 'text' },
  ],
}
const HISTORY: Order = {
  name: 'history',
  direction: 'desc',
  keys: [
    // The time of a row is that of its transaction's begin, which may have waited for the one that it follows.
    { of: sql`(${rollouts.state} = 'current')::int`, as: 'int' },
    { of: rollouts.createdAt, as: 'instant' },
    { of: rollouts.id, as: 'text' },
  ],
}

export const pageFunctions = (db: Db, ask: PageAsk & { readonly name?: string | undefined }) =>
  readPage(ask, FUNCTIONS, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ ...getTableColumns(functions), cursorKey })
      .from(functions)
      .where(and(ask.name === undefined ? undefined : eq(functions.name, ask.name), after))
      .orderBy(...orderBy)
      .limit(limit),
  )

export interface DeploymentFilter {
  readonly routerId?: string | undefined
  readonly functionName?: string | undefined
  /** Of either tier. */
  readonly modelId?: string | undefined
}

export const pageDeployments = (db: Db, ask: PageAsk & DeploymentFilter) =>
  readPage(ask, DEPLOYMENTS, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ ...getTableColumns(deployments), cursorKey })
      .from(deployments)
      .where(
        and(
          ask.routerId === undefined ? undefined : eq(deployments.routerId, ask.routerId),
          ask.functionName === undefined
            ? undefined
            : inArray(
                deployments.functionId,
                db.select({ id: functions.id }).from(functions).where(eq(functions.name, ask.functionName)),
              ),
          ask.modelId === undefined
            ? undefined
            : or(eq(deployments.localModelId, ask.modelId), eq(deployments.edgeModelId, ask.modelId)),
          after,
        ),
      )
      .orderBy(...orderBy)
      .limit(limit),
  )

/** Versions of the deployments that carry each function, newest first. */
export async function versionsWith(db: Db, functionIds: readonly string[]): Promise<Map<string, number[]>> {
  const rows = await db
    .select({ id: deployments.functionId, version: deployments.version })
    .from(deployments)
    .where(sql`${deployments.functionId} = any(${sql.param([...functionIds])}::text[])`)
    .orderBy(desc(deployments.version))
  const versions = new Map<string, number[]>()
  for (const { id, version } of rows) versions.set(id, [...(versions.get(id) ?? []), version])
  return versions
}

export interface StagedFilter {
  readonly group?: string | undefined
  readonly states?: readonly RolloutState[] | undefined
  /** Without states: also those that have ended. */
  readonly all: boolean
}

export const pageStaged = (db: Db, ask: PageAsk & StagedFilter) =>
  readPage(ask, STAGED, ({ cursorKey, after, orderBy, limit }) => {
    const states = ask.states ?? (ask.all ? undefined : ACTIVE_STATES)
    const inGroup = JSON.stringify({ stages: [{ group: ask.group }] })
    return db
      .select({ ...getTableColumns(stagedRollouts), version: deployments.version, cursorKey })
      .from(stagedRollouts)
      .innerJoin(deployments, eq(deployments.id, stagedRollouts.deploymentId))
      .where(
        and(
          states === undefined ? undefined : inArray(stagedRollouts.state, [...states]),
          ask.group === undefined ? undefined : sql`${stagedRollouts.plan} @> ${inGroup}::jsonb`,
          after,
        ),
      )
      .orderBy(...orderBy)
      .limit(limit)
  })

/** The current one first, then newest first. */
export const pageHistory = (db: Db, ask: PageAsk & { readonly group: string }) =>
  readPage(ask, HISTORY, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({
        rollout: getTableColumns(rollouts),
        deployment: getTableColumns(deployments),
        cursorKey,
      })
      .from(rollouts)
      .innerJoin(deployments, eq(deployments.id, rollouts.deploymentId))
      .where(and(eq(rollouts.groupName, ask.group), after))
      .orderBy(...orderBy)
      .limit(limit),
  )

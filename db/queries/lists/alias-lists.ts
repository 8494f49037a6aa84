// Stage promote: pages of aliases, of their moves, and of edges at others' servers.

import { and, eq, getTableColumns, isNull } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { deployments, externalEdges } from '../../schema/promote.ts'
import { aliases, aliasMoves } from '../../schema/rollout.ts'
import { type Order, type PageAsk, readPage } from './keyset.ts'

const ALIASES: Order = { name: 'aliases', direction: 'asc', keys: [{ of: aliases.name, as: 'text' }] }
const MOVES: Order = { name: 'alias-moves', direction: 'desc', keys: [{ of: aliasMoves.id, as: 'int' }] }
const EDGES: Order = {
  name: 'edges',
  direction: 'desc',
  keys: [
    { of: externalEdges.createdAt, as: 'instant' },
    { of: externalEdges.id, as: 'text' },
  ],
}

export const pageAliases = (db: Db, ask: PageAsk & { readonly group: string }) =>
  readPage(ask, ALIASES, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ ...getTableColumns(aliases), version: deployments.version, cursorKey })
      .from(aliases)
      .leftJoin(deployments, eq(deployments.id, aliases.deploymentId))
      .where(and(eq(aliases.groupName, ask.group), after))
      .orderBy(...orderBy)
      .limit(limit),
  )

export const pageAliasMoves = (db: Db, ask: PageAsk & { readonly group: string; readonly name: string }) =>
  readPage(ask, MOVES, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ ...getTableColumns(aliasMoves), cursorKey })
      .from(aliasMoves)
      .where(and(eq(aliasMoves.groupName, ask.group), eq(aliasMoves.name, ask.name), after))
      .orderBy(...orderBy)
      .limit(limit),
  )

export interface EdgeFilter {
  readonly group?: string | undefined
  /** Revoked ones too. */
  readonly all: boolean
}

export const pageExternalEdges = (db: Db, ask: PageAsk & EdgeFilter) =>
  readPage(ask, EDGES, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ ...getTableColumns(externalEdges), version: deployments.version, cursorKey })
      .from(externalEdges)
      .innerJoin(deployments, eq(deployments.id, externalEdges.deploymentId))
      .where(
        and(
          ask.group === undefined ? undefined : eq(externalEdges.groupName, ask.group),
          ask.all ? undefined : isNull(externalEdges.revokedAt),
          after,
        ),
      )
      .orderBy(...orderBy)
      .limit(limit),
  )

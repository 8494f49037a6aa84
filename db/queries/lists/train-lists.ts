// Stages select and train: pages of selections, evaluations and routers.

import { and, eq, getTableColumns } from 'drizzle-orm'
import type { RouterKind } from '#contract/router-kind.ts'
import type { Db } from '../../db.ts'
import { evaluations, routers, selections } from '../../schema/train.ts'
import { type Order, type PageAsk, readPage } from './keyset.ts'

const SELECTIONS: Order = {
  name: 'selections',
  direction: 'desc',
  keys: [
    { of: selections.createdAt, as: 'instant' },
    { of: selections.id, as: 'text' },
  ],
}
const EVALUATIONS: Order = {
  name: 'evaluations',
  direction: 'desc',
  keys: [
    { of: evaluations.createdAt, as: 'instant' },
    { of: evaluations.id, as: 'text' },
  ],
}
const ROUTERS: Order = { name: 'routers', direction: 'desc', keys: [{ of: routers.version, as: 'int' }] }

export const pageSelections = (db: Db, ask: PageAsk & { readonly datasetId?: string | undefined }) =>
  readPage(ask, SELECTIONS, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ ...getTableColumns(selections), cursorKey })
      .from(selections)
      .where(and(ask.datasetId === undefined ? undefined : eq(selections.datasetId, ask.datasetId), after))
      .orderBy(...orderBy)
      .limit(limit),
  )

export interface EvaluationFilter {
  readonly selection?: string | undefined
  readonly state?: typeof evaluations.$inferSelect.state | undefined
}

/** Without the reports, which are long. */
export function pageEvaluations(db: Db, ask: PageAsk & EvaluationFilter) {
  const { report: _, ...columns } = getTableColumns(evaluations)
  return readPage(ask, EVALUATIONS, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ ...columns, cursorKey })
      .from(evaluations)
      .where(
        and(
          ask.selection === undefined ? undefined : eq(evaluations.selectionId, ask.selection),
          ask.state === undefined ? undefined : eq(evaluations.state, ask.state),
          after,
        ),
      )
      .orderBy(...orderBy)
      .limit(limit),
  )
}

export interface RouterFilter {
  readonly selection?: string | undefined
  readonly kind?: RouterKind | undefined
}

export const pageRouters = (db: Db, ask: PageAsk & RouterFilter) =>
  readPage(ask, ROUTERS, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ ...getTableColumns(routers), cursorKey })
      .from(routers)
      .where(
        and(
          ask.selection === undefined ? undefined : eq(routers.selectionId, ask.selection),
          ask.kind === undefined ? undefined : eq(routers.kind, ask.kind),
          after,
        ),
      )
      .orderBy(...orderBy)
      .limit(limit),
  )

// Pages of jobs, newest first; without what was asked for and what came of it, which one job alone is asked for.

import { and, getTableColumns, inArray } from 'drizzle-orm'
import type { WorkKind, WorkState } from '#contract/api/jobs.ts'
import type { Db } from '../../db.ts'
import { jobs } from '../../schema/jobs.ts'
import { type Order, type PageAsk, readPage } from '../lists/keyset.ts'

const NEWEST: Order = {
  name: 'work',
  direction: 'desc',
  keys: [
    { of: jobs.createdAt, as: 'instant' },
    { of: jobs.id, as: 'text' },
  ],
}

export interface JobFilter {
  readonly kinds: readonly WorkKind[]
  readonly states?: readonly WorkState[] | undefined
}

export function pageJobs(db: Db, ask: PageAsk & JobFilter) {
  const { input: _, result: __, sameKey: ___, ...columns } = getTableColumns(jobs)
  return readPage(ask, NEWEST, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ ...columns, cursorKey })
      .from(jobs)
      .where(
        and(
          inArray(jobs.kind, [...ask.kinds]),
          ask.states === undefined ? undefined : inArray(jobs.state, [...ask.states]),
          after,
        ),
      )
      .orderBy(...orderBy)
      .limit(limit),
  )
}

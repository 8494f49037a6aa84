// The audit log: who did what, from where, and what changed by it.

import { AuditList } from '#contract/api/access.ts'
import { pageAudit } from '#db/queries/access.ts'
import { query, router } from '../trpc.ts'

const instant = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : new Date(text)

export const auditRouter = router({
  list: query
    .input(AuditList.prefault({}))
    .query(({ ctx, input: { since, until, ...filter } }) =>
      pageAudit(ctx.db, { ...filter, since: instant(since), until: instant(until) }),
    ),
})

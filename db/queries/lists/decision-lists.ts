// Stage observe: pages of decisions. Of all devices by time; of one device by its own numbers, which follow its answers
// even where its clock jumps, and which its key is an index of. A range of time leaves all other days' partitions out.

import { and, eq, getTableColumns, gte, lt } from 'drizzle-orm'
import type { DecisionReason } from '#contract/decision.ts'
import type { Tier } from '#contract/tier.ts'
import type { Db } from '../../db.ts'
import { decisions } from '../../schema/observe.ts'
import { type Order, type PageAsk, readPage } from './keyset.ts'

const NEWEST: Order = {
  name: 'decisions',
  direction: 'desc',
  keys: [
    { of: decisions.at, as: 'instant' },
    { of: decisions.deviceId, as: 'text' },
    { of: decisions.sequence, as: 'int' },
  ],
}
const OF_DEVICE: Order = {
  name: 'decisions-of-device',
  direction: 'desc',
  keys: [{ of: decisions.sequence, as: 'int' }],
}

export interface DecisionListFilter {
  readonly deviceId?: string | undefined
  readonly deploymentId?: string | undefined
  readonly tier?: Tier | undefined
  readonly reason?: DecisionReason | undefined
  readonly from?: Date | undefined
  readonly before?: Date | undefined
}

export const pageDecisions = (db: Db, ask: PageAsk & DecisionListFilter) =>
  readPage(ask, ask.deviceId === undefined ? NEWEST : OF_DEVICE, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ ...getTableColumns(decisions), cursorKey })
      .from(decisions)
      .where(and(matching(ask), after))
      .orderBy(...orderBy)
      .limit(limit),
  )

const matching = ({ deviceId, deploymentId, tier, reason, from, before }: DecisionListFilter) =>
  and(
    deviceId === undefined ? undefined : eq(decisions.deviceId, deviceId),
    deploymentId === undefined ? undefined : eq(decisions.deploymentId, deploymentId),
    tier === undefined ? undefined : eq(decisions.tier, tier),
    reason === undefined ? undefined : eq(decisions.reason, reason),
    from === undefined ? undefined : gte(decisions.at, from),
    before === undefined ? undefined : lt(decisions.at, before),
  )

// Stage observe: pages of captured images, newest first or, of those that can be fetched, by digest.

import { and, eq, getTableColumns, isNotNull } from 'drizzle-orm'
import type { CaptureReason } from '#contract/observe/capture.ts'
import type { Db } from '../../db.ts'
import { captures } from '../../schema/observe.ts'
import { type Order, type PageAsk, readPage } from './keyset.ts'

const NEWEST: Order = {
  name: 'captures',
  direction: 'desc',
  keys: [
    { of: captures.createdAt, as: 'instant' },
    { of: captures.digest, as: 'text' },
    { of: captures.deviceId, as: 'text' },
  ],
}
const STORED: Order = {
  name: 'stored-captures',
  direction: 'asc',
  keys: [
    { of: captures.digest, as: 'text' },
    { of: captures.deviceId, as: 'text' },
  ],
}

export interface CaptureFilter {
  readonly deviceId?: string | undefined
  readonly deploymentId?: string | undefined
  readonly reason?: CaptureReason | undefined
}

const matching = ({ deviceId, deploymentId, reason }: CaptureFilter) =>
  and(
    deviceId === undefined ? undefined : eq(captures.deviceId, deviceId),
    deploymentId === undefined ? undefined : eq(captures.deploymentId, deploymentId),
    reason === undefined ? undefined : eq(captures.reason, reason),
  )

/** Also those whose bytes are still on their way. */
export const pageCaptures = (db: Db, ask: PageAsk & CaptureFilter) =>
  readPage(ask, NEWEST, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ ...getTableColumns(captures), cursorKey })
      .from(captures)
      .where(and(matching(ask), after))
      .orderBy(...orderBy)
      .limit(limit),
  )

/** An image that several devices saw comes in a row. */
export const pageStoredCaptures = (db: Db, ask: PageAsk & CaptureFilter) =>
  readPage(ask, STORED, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ ...getTableColumns(captures), cursorKey })
      .from(captures)
      .where(and(isNotNull(captures.storedAt), matching(ask), after))
      .orderBy(...orderBy)
      .limit(limit),
  )

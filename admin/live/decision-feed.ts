// Decisions as they come in, for somebody who looks on: each half second the newest of those that were not shown yet, at
// most so many. A fleet makes thousands a second; this is a sample of them, and says so. Nobody is told by the database:
// one look serves all who watch the same.

import { type TrackedEnvelope, tracked } from '@trpc/server'
import type { Db } from '#db/db.ts'
import { deviceNames } from '#db/queries/devices.ts'
import { pageDecisions } from '#db/queries/lists/decision-lists.ts'
import type { Live } from './live.ts'

const LOOK_EVERY_MS = 500
/** As many as anybody may ask for. */
const LOOK_AT = 100
/** A device whose clock is years ahead would always be the newest. */
const AHEAD_MAX_MS = 5 * 60_000

type Decision = Awaited<ReturnType<typeof newest>>[number]

export interface DecisionNews {
  /** Newest first. */
  readonly decisions: readonly Decision[]
  /** There were more than are shown. */
  readonly isSample: boolean
}

export interface Feed {
  readonly db: Db
  readonly live: Live
  readonly signal: AbortSignal
  readonly deploymentId: string | undefined
  readonly limit: number
  /** The time of the newest one that the client saw. */
  readonly lastEventId: string | undefined
}

const nameOf = ({ deviceId, sequence }: Decision): string => `${deviceId}/${sequence}`

export async function* decisionFeed(feed: Feed): AsyncGenerator<TrackedEnvelope<DecisionNews>> {
  const { deploymentId, limit, lastEventId } = feed
  const seenUntil = Date.parse(lastEventId ?? '')
  let shown = new Set<string>()
  for await (const _ of feed.live.changes({ topics: [], signal: feed.signal, everyMs: LOOK_EVERY_MS })) {
    const items = await feed.live.look(`decisions ${deploymentId ?? ''}`, () => newest(feed.db, deploymentId))
    const news = items.filter((row) => !shown.has(nameOf(row)) && !(row.at.getTime() <= seenUntil))
    shown = new Set([...shown, ...items.map(nameOf)].slice(-2 * LOOK_AT))
    const decisions = news.slice(0, limit)
    const isSample = news.length > limit || news.length === LOOK_AT
    if (decisions[0]) yield tracked(decisions[0].at.toISOString(), { decisions, isSample })
  }
}

async function newest(db: Db, deploymentId: string | undefined) {
  const before = new Date(Date.now() + AHEAD_MAX_MS)
  const { items } = await pageDecisions(db, { limit: LOOK_AT, deploymentId, before })
  const names = await deviceNames(db, [...new Set(items.map(({ deviceId }) => deviceId))])
  return items.map((row) => ({ ...row, deviceName: names.get(row.deviceId) ?? row.deviceId }))
}

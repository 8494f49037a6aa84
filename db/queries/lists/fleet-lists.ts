// Pages of devices, and of the groups that they are in with how many are in which state.

import { and, count, eq, getTableColumns, inArray, sql } from 'drizzle-orm'
import type { DeviceState } from '#contract/api/fleet.ts'
import type { Page } from '#contract/api/page.ts'
import type { Tier } from '#contract/tier.ts'
import type { Db } from '../../db.ts'
import { devices } from '../../schema/profile.ts'
import { type Order, type PageAsk, readPage } from './keyset.ts'

const DEVICES: Order = { name: 'devices', direction: 'asc', keys: [{ of: devices.name, as: 'text' }] }
const GROUPS: Order = { name: 'groups', direction: 'asc', keys: [{ of: devices.groupName, as: 'text' }] }

export interface DeviceFilter {
  readonly group?: string | undefined
  readonly tier?: Tier | undefined
  readonly states?: readonly DeviceState[] | undefined
  readonly ids?: readonly string[] | undefined
  /** What the name contains: a look at every name, 20 ms for 100,000. */
  readonly named?: string | undefined
}

export const pageDevices = (db: Db, ask: PageAsk & DeviceFilter) =>
  readPage(ask, DEVICES, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ ...getTableColumns(devices), cursorKey })
      .from(devices)
      .where(
        and(
          ask.group === undefined ? undefined : eq(devices.groupName, ask.group),
          ask.tier === undefined ? undefined : eq(devices.tier, ask.tier),
          ask.states === undefined ? undefined : inArray(devices.state, [...ask.states]),
          ask.ids === undefined ? undefined : inArray(devices.id, [...ask.ids]),
          ask.named === undefined ? undefined : sql`position(${ask.named} in ${devices.name}) > 0`,
          after,
        ),
      )
      .orderBy(...orderBy)
      .limit(limit),
  )

export interface GroupCounts {
  readonly name: string
  /** Revoked ones among them. */
  readonly devices: Readonly<Record<Tier, number>>
  readonly states: Readonly<Partial<Record<DeviceState, number>>>
}

/** Groups that have had a device, in the order of their names. */
export async function pageGroups(db: Db, ask: PageAsk): Promise<Page<GroupCounts>> {
  const { items, nextCursor } = await readPage(ask, GROUPS, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ name: devices.groupName, cursorKey })
      .from(devices)
      .where(after)
      .groupBy(devices.groupName)
      .orderBy(...orderBy)
      .limit(limit),
  )
  const counts = await countStates(
    db,
    items.map(({ name }) => name),
  )
  const groups = items.map(({ name }) => {
    const of = counts.filter((row) => row.groupName === name)
    const sum = (tier: Tier) => of.filter((row) => row.tier === tier).reduce((n, row) => n + row.devices, 0)
    const states: Partial<Record<DeviceState, number>> = {}
    for (const { state, devices: n } of of) states[state] = (states[state] ?? 0) + n
    return { name, devices: { local: sum('local'), edge: sum('edge') }, states }
  })
  return { items: groups, nextCursor }
}

const countStates = (db: Db, groups: readonly string[]) =>
  db
    .select({ groupName: devices.groupName, tier: devices.tier, state: devices.state, devices: count() })
    .from(devices)
    .where(sql`${devices.groupName} = any(${sql.param([...groups])}::text[])`)
    .groupBy(devices.groupName, devices.tier, devices.state)

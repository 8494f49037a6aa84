// What happened to one device, newest first: what it was told to run, what it said of itself, what it measured, and, by
// the hour, what went wrong with its answers. Devices hand in no log files; this is what the control plane knows of them.
// A device has few such lines (200 reports, the manifests that are kept), and of its answers only the newest are read.

import { sql } from 'drizzle-orm'
import type { Page } from '#contract/api/page.ts'
import type { Db } from '../../db.ts'
import { type Order, type PageAsk, readPage } from '../lists/keyset.ts'

export interface DeviceLogLine {
  readonly id: string
  readonly at: Date
  readonly kind: 'enrolled' | 'revoked' | 'told' | 'said' | 'measured' | 'failures' | 'audits'
  /** Of a report or a measurement its state, of failures their reason. */
  readonly state: string | null
  /** Of the deployment that it was told, or said to serve. */
  readonly version: number | null
  /** How many images, of lines about answers; the sequence of a manifest. */
  readonly count: number | null
  /** Of audits: on how many the tiers disagreed. */
  readonly disagreed: number | null
  readonly message: string
}

const LOG: Order = {
  name: 'device-log',
  direction: 'desc',
  keys: [
    { of: sql`log.at`, as: 'instant' },
    { of: sql`log.id`, as: 'text' },
  ],
}

/** As many of its newest answers are looked at. */
const NEWEST = 10_000

const lines = (deviceId: string) => sql`
  select 'enrolled' as kind, 'enrolled' as id, enrolled_at as at, null as state, null::integer as version,
    null::integer as count, null::integer as disagreed, platform as message
  from devices where id = ${deviceId}
  union all
  select 'revoked', 'revoked', revoked_at, null, null, null, null, ''
  from devices where id = ${deviceId} and revoked_at is not null
  union all
  select 'told', 'told ' || m.sequence, m.issued_at, null, d.version, m.sequence, null, ''
  from manifests m left join deployments d on d.id = m.deployment_id where m.device_id = ${deviceId}
  union all
  select 'said', 'said ' || r.id, r.at, r.state, d.version, r.sequence::integer, null, r.message
  from device_reports r left join deployments d on d.id = r.serving_deployment_id where r.device_id = ${deviceId}
  union all
  select 'measured', 'measured ' || j.id, coalesce(j.finished_at, j.started_at, j.created_at), j.state, null, j.done, null,
    coalesce(m.name, 'image features') || case when j.message = '' then '' else ': ' || j.message end
  from device_jobs j left join models m on m.id = j.model_id where j.device_id = ${deviceId}
  union all
  select 'failures', 'failures ' || what || date_trunc('hour', at), max(at), what, null, count(*)::integer, null, ''
  from (
    select at, case when by_fallback then 'fallback' else reason end as what from decisions
    where device_id = ${deviceId} order by sequence desc limit ${NEWEST}) newest
  where what in ('fallback', 'edge-error', 'deadline', 'breaker-open', 'budget')
  group by what, date_trunc('hour', at)
  union all
  select 'audits', 'audits ' || date_trunc('hour', at), max(at), null, null, count(*)::integer,
    (count(*) filter (where local_label <> edge_label))::integer, ''
  from (
    select at, local_label, edge_label from audits
    where device_id = ${deviceId} order by sequence desc limit ${NEWEST}) newest
  group by date_trunc('hour', at)`

export const pageDeviceLog = (
  db: Db,
  ask: PageAsk & { readonly deviceId: string },
): Promise<Page<DeviceLogLine>> =>
  readPage(ask, LOG, async ({ cursorKey, after, orderBy, limit }) => {
    const { rows } = await db.execute(sql`
      select log.*, ${cursorKey} as "cursorKey" from (${lines(ask.deviceId)}) log
      ${after === undefined ? sql`` : sql`where ${after}`}
      order by ${sql.join(orderBy, sql`, `)} limit ${limit}`)
    return (rows as unknown as (DeviceLogLine & { at: string; cursorKey: string })[]).map((row) => ({
      ...row,
      at: new Date(row.at),
    }))
  })

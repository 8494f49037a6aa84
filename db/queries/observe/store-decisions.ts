// Decisions and audits of many devices at once, each stored once, in one transaction: COPY into the tables themselves,
// and what they add up to beside them (decision-hours.ts).
//
// Once, by the device's mark. Its row is locked until the end, so that no two uploads of a device are stored at the
// same time, by whatever control plane. A number above the mark cannot be there; only those that are not above it, as
// when an answer was lost and a device sends again, are looked up. What is older than any partition that retention has
// left is taken to have been there: its mark says that the device was told so.

import { sql } from 'drizzle-orm'
import type { DecisionRecord } from '#contract/decision.ts'
import type { AuditRecord } from '#contract/observe/audit.ts'
import { type Cell, copyRows } from '../../copy-rows.ts'
import { type Db, pgFailure } from '../../db.ts'
import { oldestDayMs } from '../../partitions/partition-days.ts'
import { insertDeltas } from './decision-hours.ts'

export interface DecisionUpload {
  readonly deviceId: string
  readonly decisions: readonly DecisionRecord[]
  readonly audits: readonly AuditRecord[]
}

/** A row that is new: whose it is, and when it came where its own time is far from that. */
export interface Arrived<Record> {
  readonly record: Record
  readonly deviceId: string
  readonly groupName: string
  readonly atMs: number
  readonly arrivedAtMs: number | null
}

/** A clock that is further off is no matter of time zones or of a slow upload. */
const FAR_MS = 24 * 3_600_000
/** PostgreSQL has no year 0, ISO 8601 has. */
const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z')

/** For each device the number up to which all is stored, once the transaction is committed. */
export async function storeDecisions(
  db: Db,
  uploads: readonly DecisionUpload[],
): Promise<ReadonlyMap<string, number>> {
  const deviceIds = [...new Set(uploads.map(({ deviceId }) => deviceId))]
  // By itself, before anything is locked: two that would make marks while they hold others could wait in a ring.
  await db.execute(sql`insert into decision_marks (device_id, up_to)
    select id, 0 from unnest(${sql.param(deviceIds)}::text[]) as asked(id) order by id on conflict do nothing`)
  for (let attempt = 1; ; attempt++)
    try {
      return await storeOnce(db, uploads, deviceIds)
    } catch (cause) {
      if (!isFiledAnew(cause) || attempt === ATTEMPTS_MAX) throw cause
    }
}

/** Days get partitions one after the other, and a batch may tell of several of them. */
const ATTEMPTS_MAX = 5

/** SQLSTATE 23514: a day got its partition while its rows were on their way into the default one. */
const isFiledAnew = (cause: unknown): boolean => pgFailure(cause)?.code === '23514'

function storeOnce(
  db: Db,
  uploads: readonly DecisionUpload[],
  deviceIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  return db.transaction(async (tx) => {
    const { marks, nowMs } = await lockMarks(tx, deviceIds)
    const decisions = await newOnes('decisions', { tx, uploads, marks, nowMs })
    const audits = await newOnes('audits', { tx, uploads, marks, nowMs })
    if (decisions.length > 0) await copyRows(tx, DECISIONS, decisions.map(decisionRow))
    if (audits.length > 0) await copyRows(tx, AUDITS, audits.map(auditRow))
    await insertDeltas(tx, { decisions, audits })
    return raiseMarks(tx, marks, [...decisions, ...audits])
  })
}

interface Mark {
  readonly upTo: number
  readonly groupName: string
}

interface Marks {
  readonly marks: ReadonlyMap<string, Mark>
  /** By the database's clock. */
  readonly nowMs: number
}

/** In the order of devices, so that two that want the same ones never wait in a ring. */
async function lockMarks(tx: Db, deviceIds: readonly string[]): Promise<Marks> {
  const { rows } = await tx.execute(sql`
    select m.device_id, m.up_to, d.group_name, extract(epoch from now())::float8 * 1000 as now_ms
    from decision_marks m join devices d on d.id = m.device_id
    where m.device_id = any(${sql.param(deviceIds)}::text[]) order by m.device_id for update of m`)
  const found = rows as { device_id: string; up_to: string; group_name: string; now_ms: number }[]
  return {
    marks: new Map(
      found.map((row) => [row.device_id, { upTo: Number(row.up_to), groupName: row.group_name }]),
    ),
    nowMs: found[0]?.now_ms ?? 0,
  }
}

interface Storing extends Marks {
  readonly tx: Db
  readonly uploads: readonly DecisionUpload[]
}

type Of<Table> = Table extends 'decisions' ? DecisionRecord : AuditRecord

/** Those that are not stored; of several that come under one number the first. */
async function newOnes<Table extends 'decisions' | 'audits'>(
  table: Table,
  { tx, uploads, marks, nowMs }: Storing,
): Promise<Arrived<Of<Table>>[]> {
  const below = uploads.flatMap(({ deviceId, [table]: records }) => {
    const { upTo } = marks.get(deviceId)!
    const again = records.filter(({ sequence }) => sequence <= upTo).map((r) => r.sequence)
    return again.length === 0 ? [] : [{ deviceId, least: Math.min(...again), most: Math.max(...again) }]
  })
  const seen = await storedUnder(tx, table, below)
  const forgottenMs = below.length === 0 ? null : await oldestDayMs(tx, table)
  const fresh: Arrived<Of<Table>>[] = []
  for (const { deviceId, [table]: records } of uploads) {
    const { upTo, groupName } = marks.get(deviceId)!
    for (const record of records as readonly Of<Table>[]) {
      const key = `${deviceId} ${record.sequence}`
      const atMs = Math.max(EARLIEST_MS, Date.parse(record.at))
      const isForgotten = record.sequence <= upTo && forgottenMs !== null && atMs < forgottenMs
      if (isForgotten || seen.has(key)) continue
      seen.add(key)
      const arrivedAtMs = Math.abs(nowMs - atMs) > FAR_MS ? nowMs : null
      fresh.push({ record, deviceId, groupName, atMs, arrivedAtMs })
    }
  }
  return fresh
}

interface Stretch {
  readonly deviceId: string
  readonly least: number
  readonly most: number
}

async function storedUnder(tx: Db, table: 'decisions' | 'audits', stretches: readonly Stretch[]) {
  if (stretches.length === 0) return new Set<string>()
  const column = (values: readonly (string | number)[]) => sql.param(values)
  const { rows } = await tx.execute(sql`
    select t.device_id || ' ' || t.sequence as key
    from unnest(${column(stretches.map((s) => s.deviceId))}::text[],
      ${column(stretches.map((s) => s.least))}::bigint[],
      ${column(stretches.map((s) => s.most))}::bigint[]) as asked(device_id, least, most)
    join ${sql.raw(table)} t on t.device_id = asked.device_id and t.sequence between asked.least and asked.most`)
  return new Set((rows as { key: string }[]).map(({ key }) => key))
}

async function raiseMarks(
  tx: Db,
  marks: ReadonlyMap<string, Mark>,
  stored: readonly Arrived<DecisionRecord | AuditRecord>[],
): Promise<ReadonlyMap<string, number>> {
  const raised = new Map([...marks].map(([deviceId, { upTo }]) => [deviceId, upTo]))
  for (const { record, deviceId } of stored)
    raised.set(deviceId, Math.max(raised.get(deviceId)!, record.sequence))
  await tx.execute(sql`
    update decision_marks set up_to = raised.up_to
    from unnest(${sql.param([...raised.keys()])}::text[], ${sql.param([...raised.values()])}::bigint[])
      as raised(device_id, up_to)
    where decision_marks.device_id = raised.device_id and decision_marks.up_to < raised.up_to`)
  return raised
}

const isoOf = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

const DECISIONS = `decisions (device_id, sequence, at, deployment_id, tier, label, score, router, router_version,
  router_score, threshold, reason, total_ms, energy_j, by_fallback, request_id, preference, arrived_at)`

const decisionRow = ({ record, deviceId, atMs, arrivedAtMs }: Arrived<DecisionRecord>): Cell[] => [
  deviceId,
  record.sequence,
  isoOf(atMs),
  record.deploymentId,
  record.tier,
  record.label,
  record.score,
  record.decision.router,
  record.decision.version,
  record.decision.score,
  record.decision.threshold,
  record.decision.reason,
  record.totalMs,
  record.energyJ,
  record.byFallback,
  record.requestId ?? null,
  record.preference ?? null,
  isoOf(arrivedAtMs),
]

const AUDITS = `audits (device_id, sequence, "of", at, deployment_id, local_label, local_score, edge_label,
  edge_score, arrived_at)`

const auditRow = ({ record, deviceId, atMs, arrivedAtMs }: Arrived<AuditRecord>): Cell[] => [
  deviceId,
  record.sequence,
  record.of,
  isoOf(atMs),
  record.deploymentId,
  record.local.label,
  record.local.score,
  record.edge.label,
  record.edge.score,
  isoOf(arrivedAtMs),
]

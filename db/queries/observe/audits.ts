// Audits: what the edge would have said of images that stayed on their device. Numbered with the device's decisions,
// so that one acknowledgement is for both.

import { and, asc, count, eq, gte, inArray, max, sql } from 'drizzle-orm'
import type { AuditRecord } from '#contract/observe/audit.ts'
import type { Db } from '../../db.ts'
import { audits } from '../../schema/observe.ts'
import type { QualityOf } from '../decisions.ts'

export async function insertAudits(db: Db, deviceId: string, records: readonly AuditRecord[]): Promise<void> {
  if (records.length === 0) return
  const rows = records.map(({ sequence, of, at, deploymentId, local, edge }) => ({
    deviceId,
    sequence,
    of,
    at: new Date(at),
    deploymentId,
    localLabel: local.label,
    localScore: local.score,
    edgeLabel: edge.label,
    edgeScore: edge.score,
  }))
  await db.insert(audits).values(rows).onConflictDoNothing()
}

/** The largest sequence of an audit that is stored for the device. */
export async function lastAudit(db: Db, deviceId: string): Promise<number> {
  const [row] = await db
    .select({ m: max(audits.sequence) })
    .from(audits)
    .where(eq(audits.deviceId, deviceId))
  return Number(row?.m ?? 0)
}

export interface AuditCounts {
  readonly audits: number
  /** Of these, how often the tiers named different classes. */
  readonly disagreed: number
}

const disagreed = sql<number>`count(*) filter (where ${audits.localLabel} <> ${audits.edgeLabel})`.mapWith(
  Number,
)

/** Of a deployment on some devices. */
export async function auditCounts(db: Db, of: QualityOf): Promise<AuditCounts> {
  const [row] = await db
    .select({ audits: count(), disagreed })
    .from(audits)
    .where(
      and(
        eq(audits.deploymentId, of.deploymentId),
        gte(audits.at, of.since),
        inArray(audits.deviceId, [...of.deviceIds]),
      ),
    )
  return row!
}

export interface DeploymentAudits extends AuditCounts {
  readonly deploymentId: string
}

/** Per deployment, of all devices. */
export async function auditsByDeployment(db: Db, since: Date): Promise<DeploymentAudits[]> {
  return db
    .select({ deploymentId: audits.deploymentId, audits: count(), disagreed })
    .from(audits)
    .where(gte(audits.at, since))
    .groupBy(audits.deploymentId)
    .orderBy(asc(audits.deploymentId))
}

// Audits: what the edge would have said of images that stayed on their device. Numbered with the device's decisions,
// so that one acknowledgement is for both.

import { asc, count, gte, sql } from 'drizzle-orm'
import type { AuditRecord } from '#contract/observe/audit.ts'
import type { Db } from '../../db.ts'
import { audits } from '../../schema/observe.ts'
import type { QualityOf } from '../decisions.ts'
import { storeDecisions } from './store-decisions.ts'

/** Of one device. */
export async function insertAudits(db: Db, deviceId: string, records: readonly AuditRecord[]): Promise<void> {
  if (records.length > 0) await storeDecisions(db, [{ deviceId, decisions: [], audits: records }])
}

export interface AuditCounts {
  readonly audits: number
  /** Of these, how often the tiers named different classes. */
  readonly disagreed: number
}

const disagreed = sql<number>`count(*) filter (where ${audits.localLabel} <> ${audits.edgeLabel})`.mapWith(
  Number,
)

/** A hundred times as many as anybody needs to tell whether a bound is broken. */
const NEWEST = 20_000

/** Of a deployment on some devices, the newest. */
export async function auditCounts(db: Db, of: QualityOf): Promise<AuditCounts> {
  const { rows } = await db.execute(sql`
    select count(*)::integer as audits, (count(*) filter (where local_label <> edge_label))::integer as disagreed
    from (
      select local_label, edge_label from audits
      where deployment_id = ${of.deploymentId} and at >= ${of.since.toISOString()}
        and device_id = any(${sql.param([...of.deviceIds])}::text[])
      order by at desc limit ${NEWEST}) newest`)
  return rows[0] as unknown as AuditCounts
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

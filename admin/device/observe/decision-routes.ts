// Decisions and audits as a device hands them in. What was stored is told by the highest number, and only once it is
// committed: a device that hears nothing sends the same again, which changes nothing.

import type { Context as HttpContext } from 'hono'
import { DecisionBatch } from '#contract/device-api.ts'
import type { Db } from '#db/db.ts'
import { insertDecisions, lastDecision } from '#db/queries/decisions.ts'
import type { DeviceRow } from '#db/queries/devices.ts'
import { insertAudits, lastAudit } from '#db/queries/observe/audits.ts'
import { readJson } from '../read-json.ts'

export async function takeDecisions(db: Db, { id }: DeviceRow, c: HttpContext): Promise<Response> {
  const { decisions, audits = [] } = await readJson(c, DecisionBatch)
  const upTo = await db.transaction(async (tx) => {
    await insertDecisions(tx, id, decisions)
    await insertAudits(tx, id, audits)
    return Math.max(await lastDecision(tx, id), await lastAudit(tx, id))
  })
  return c.json({ upTo })
}

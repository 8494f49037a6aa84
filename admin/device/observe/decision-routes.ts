// Decisions and audits as a device hands them in. What was stored is told by the highest number, and only once it is
// committed: a device that hears nothing sends the same again, which changes nothing.

import type { Context as HttpContext } from 'hono'
import { DecisionBatch } from '#contract/device-api.ts'
import type { DeviceRow } from '#db/queries/devices.ts'
import type { InLane } from '../lanes.ts'
import { readJson } from '../read-json.ts'
import type { DecisionIntake } from './decision-intake.ts'

/** Uploads that are read and not stored yet, at up to a megabyte each. The others wait in their sockets, unread. */
export const UPLOADS_AT_ONCE = 60

export interface DecisionPorts {
  readonly intake: DecisionIntake
  readonly inLane: InLane
}

export async function takeDecisions(
  { intake, inLane }: DecisionPorts,
  { id: deviceId }: DeviceRow,
  c: HttpContext,
): Promise<Response> {
  const upTo = await inLane(async () => {
    const { decisions, audits = [] } = await readJson(c, DecisionBatch)
    return intake.take({ deviceId, decisions, audits })
  }, Number.POSITIVE_INFINITY)
  return c.json({ upTo })
}

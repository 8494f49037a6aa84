// One upload of what the spool holds. A control plane that is older than audits reads past them where decisions come
// along, and refuses a batch that holds nothing else: those audits wait for the next decision.

import { type ControlClient, ControlError } from '../control-client.ts'
import type { DecisionSpool } from './decision-spool.ts'
import { SEGMENT_MAX } from './segment.ts'

/** Whether it was a full one, so that more may wait. Rejects where it did not get through. */
export async function uploadDecisions(
  spool: Pick<DecisionSpool, 'batch' | 'acknowledge'>,
  client: Pick<ControlClient, 'sendDecisions'>,
): Promise<boolean> {
  const batch = await spool.batch()
  if (!batch) return false
  try {
    await spool.acknowledge(await client.sendDecisions(batch))
  } catch (error) {
    const isUnknown = error instanceof ControlError && error.code === 'refused'
    if (!isUnknown || batch.decisions.length > 0) throw error
    return false
  }
  // Segments are uploaded whole: what did not fit any more may have left half of the room.
  return batch.decisions.length + (batch.audits?.length ?? 0) >= SEGMENT_MAX / 2
}

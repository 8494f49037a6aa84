// Stage observe: hard images that devices handed in for labelling.

import { CaptureList, StoredCaptures } from '#contract/api/observe.ts'
import { findDevice } from '#db/queries/devices.ts'
import { pageCaptures, pageStoredCaptures } from '#db/queries/lists/capture-lists.ts'
import { found } from '../../refusal.ts'
import { query, router } from '../trpc.ts'

export const capturesRouter = router({
  /** Newest first, also those whose bytes are still on their way. */
  list: query.input(CaptureList.prefault({})).query(async ({ ctx, input: { device, ...ask } }) => {
    const deviceId =
      device === undefined ? undefined : found(await findDevice(ctx.db, device), 'device', device).id
    return pageCaptures(ctx.db, { ...ask, deviceId })
  }),

  /** Those that can be fetched, to go through all of them. */
  stored: query
    .input(StoredCaptures.prefault({}))
    .query(({ ctx, input }) => pageStoredCaptures(ctx.db, input)),
})

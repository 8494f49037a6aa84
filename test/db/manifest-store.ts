// Manifests one device at a time, by the statements that polls share.

import type { Db } from '#db/db.ts'
import { insertNext, lastManifests, type ManifestRow, type ManifestStore } from '#db/queries/manifests.ts'
import { type ToldAt, toldBeforeEach, toldKey } from '#db/queries/polls/group-edges.ts'

export const lastManifest = async (db: Db, deviceId: string): Promise<ManifestRow | undefined> =>
  (await lastManifests(db)([deviceId])).get(deviceId)

export const manifestStore = (db: Db): ManifestStore => ({
  last: (deviceId) => lastManifest(db, deviceId),
  insert: async (next) => (await insertNext(db)([next])).has(next),
})

export const toldBefore = async (db: Db, told: ToldAt): Promise<string | undefined> =>
  (await toldBeforeEach(db)([toldKey(told)])).get(toldKey(told))

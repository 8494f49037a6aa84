// Deletes manifests that nobody will ask for again, beside the rollout driver: a few devices at a time, so that no
// statement is long, around the whole fleet again and again. What is due is told by rows alone: it goes on after a
// crash, and several control planes on one database delete what is gone already at worst.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Db } from '#db/db.ts'
import { deleteOldManifests } from '#db/queries/manifest-retention.ts'

/** Twenty manifests are what a device is told in some ten promotions; five deployments are further back than anybody rolls. */
const RETENTION = { newest: 20, deployments: 5 }
/** Some five thousand rows a statement: tens of milliseconds, and 10,000 devices in eight minutes. */
const DEVICES_MAX = 200
const EVERY_MS = 10_000

export function sweepManifests({ db, log }: { readonly db: Db; readonly log: Logger }): AsyncDisposable {
  const stopping = new AbortController()
  const done = loop(db, log, stopping.signal)
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await done
    },
  }
}

async function loop(db: Db, log: Logger, signal: AbortSignal): Promise<void> {
  let afterId = ''
  while (!signal.aborted) {
    try {
      const { deleted, deviceId } = await deleteOldManifests(db, RETENTION, {
        afterId,
        devicesMax: DEVICES_MAX,
      })
      afterId = deviceId ?? ''
      if (deleted > 0) log.debug({ deleted }, 'old manifests deleted')
    } catch (err) {
      log.warn({ err }, 'old manifests could not be deleted')
    }
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}

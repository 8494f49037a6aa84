// A lease that a loop asks for at each turn: the answer is the database's, and a turn without it costs one statement.

import { randomBytes } from 'node:crypto'
import os from 'node:os'
import type { Logger } from 'pino'
import type { Db } from '#db/db.ts'
import { holdLease, leaveLease } from '#db/queries/jobs/leases.ts'

/** Of loops that turn every second or every five: whoever dies is followed after this long at the latest. */
const TTL_MS = { rollouts: 3_000, schedule: 15_000 }

export interface Lease extends AsyncDisposable {
  isHeld(): Promise<boolean>
}

export function keepLease(
  { db, log }: { readonly db: Db; readonly log: Logger },
  name: keyof typeof TTL_MS,
): Lease {
  const holder = `${os.hostname()}:${process.pid}:${randomBytes(3).toString('hex')}`
  return {
    isHeld: () => holdLease(db, name, holder, TTL_MS[name]),
    [Symbol.asyncDispose]: () =>
      leaveLease(db, name, holder).catch((err: unknown) =>
        log.warn({ err, lease: name }, 'lease runs out by itself'),
      ),
  }
}

// What decisions need beside being stored: partitions ahead of their days, their sums in the hours, and an end. Each is
// harmless to run twice or on several control planes at once, and each that fails is tried again at the next turn: without
// a partition rows go to the default one, without a roll-up figures are late, without an end there is more on the disk.

import { setTimeout as sleep } from 'node:timers/promises'
import { dropOldPartitions } from '#db/partitions/drop-old-partitions.ts'
import { ensurePartitions } from '#db/partitions/ensure-partitions.ts'
import { rollUpDecisions } from '#db/queries/observe/decision-hours.ts'
import type { Context } from '../../context.ts'

type Ports = Pick<Context, 'db' | 'log'>

/** Figures are as old as this at most. */
const ROLL_UP_EVERY_MS = 60_000
const TURNS_AN_HOUR = 60

export function keepDecisions(ports: Ports, days: number): AsyncDisposable {
  const stopping = new AbortController()
  const done = loop(ports, days, stopping.signal)
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await done
    },
  }
}

async function loop(ports: Ports, days: number, signal: AbortSignal): Promise<void> {
  for (let turn = 0; !signal.aborted; turn++) {
    if (turn % TURNS_AN_HOUR === 0) await lookAfterPartitions(ports, days)
    try {
      await rollUpDecisions(ports.db)
    } catch (err) {
      ports.log.warn({ err }, 'decisions could not be rolled up')
    }
    await sleep(ROLL_UP_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** Never rejects: the next hour tries again. */
export async function lookAfterPartitions({ db, log }: Ports, days: number): Promise<void> {
  try {
    const { made } = await ensurePartitions(db, days)
    const { dropped, rows } = await dropOldPartitions(db, days)
    if (made.length + dropped.length + rows > 0) log.info({ made, dropped, rows, days }, 'decisions by day')
  } catch (err) {
    log.warn({ err }, 'partitions of decisions could not be looked after')
  }
}

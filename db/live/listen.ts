// What the database tells of itself (LISTEN), on one connection of its own, for as long as it is wanted. It must reach
// PostgreSQL itself, not a pooler that shares sessions. What was told while the connection was lost is lost: whoever
// cares reads again when `onGap` says that there was a gap.

import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

export interface Told {
  /** `<kind>:<id>`, as a trigger has it. */
  onNews(words: string): void
  /** Connected, at first and again: anything may have happened before. */
  onGap(): void
  onLost(cause: unknown): void
}

const CHANNEL = 'tandem_live'
/** A connection that a firewall has forgotten looks alive: it is asked for a word now and then. */
const ALIVE_EVERY_MS = 15_000
const ANSWER_MAX_MS = 5_000
const AGAIN_MIN_MS = 200
const AGAIN_MAX_MS = 5_000

export function listen(url: string, told: Told): AsyncDisposable {
  const stopping = new AbortController()
  const done = keepListening(url, told, stopping.signal)
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await done
    },
  }
}

async function keepListening(url: string, told: Told, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    const began = performance.now()
    await listenOnce(url, told, signal).catch((cause: unknown) => {
      if (!signal.aborted) told.onLost(cause)
    })
    // One that lived for long was no failure to connect.
    failures = performance.now() - began > ALIVE_EVERY_MS ? 0 : failures + 1
    const most = Math.min(AGAIN_MAX_MS, AGAIN_MIN_MS * 2 ** failures)
    // All replicas lost theirs at the same moment: they come back apart.
    const wait = most / 2 + (Math.random() * most) / 2
    if (!signal.aborted) await sleep(wait, undefined, { signal }).catch(() => undefined)
  }
}

/** Ends when the connection does, or when it is told to; rejects with the cause. */
async function listenOnce(url: string, told: Told, signal: AbortSignal): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'tandem live',
    keepAlive: true,
    connectionTimeoutMillis: ANSWER_MAX_MS,
    query_timeout: ANSWER_MAX_MS,
  })
  const lost = new AbortController()
  client.once('error', (cause) => lost.abort(cause))
  client.once('end', () => lost.abort(new Error('the connection ended')))
  const over = AbortSignal.any([signal, lost.signal])
  client.on('error', () => undefined)
  client.on('notification', ({ payload }) => told.onNews(payload ?? ''))
  try {
    await Promise.race([client.connect(), whenOver(over)])
    await client.query(`listen ${CHANNEL}`)
    told.onGap()
    for (;;) {
      // Not raced against a promise that lives as long as the connection, which would keep something of every turn.
      await sleep(ALIVE_EVERY_MS, undefined, { ref: false, signal: over }).catch(() => over.throwIfAborted())
      await client.query('select 1')
    }
  } finally {
    // Whoever does not answer is not waited for.
    await Promise.race([client.end().catch(() => undefined), sleep(ANSWER_MAX_MS, undefined, { ref: false })])
  }
}

/** Rejects with the reason. */
function whenOver(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

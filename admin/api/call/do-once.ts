// Does a call once, however often it is asked for under one idempotency key. What the call writes and the answer that is
// kept are one transaction: whoever is killed before its commit has done nothing, and whoever is killed behind it has
// left the answer for the repetition. A repetition while the first is under way waits for it, without a connection.

import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Db } from '#db/db.ts'
import { type CallName, findCall, keepCall, tryLockCall } from '#db/queries/access/kept-calls.ts'
import { Refusal } from '../../refusal.ts'
import { seal, unseal } from './seal.ts'
import { openTurns } from './turns.ts'

export interface Call {
  readonly actor: string
  readonly action: string
  readonly key: string
  /** As it came; its own `idempotencyKey` does not count. */
  readonly input: unknown
}

/** A call may wait for locks of others with its transaction open: most connections stay free for everybody else. */
const AT_ONCE = 4
const LOOK_EVERY_MS = 100
/** Longer than any such call takes, shorter than proxies wait for an answer. */
const WAIT_MAX_MS = 25_000

const inTurn = openTurns(AT_ONCE)

/** `work` gets the transaction; what it throws undoes everything and is kept by nobody. */
export async function doOnce(db: Db, call: Call, work: (tx: Db) => Promise<unknown>): Promise<unknown> {
  const name: CallName = { actor: call.actor, key: sha256(call.key) }
  const deadline = performance.now() + WAIT_MAX_MS
  for (;;) {
    const done = await inTurn(() => db.transaction((tx) => tryOnce(tx, name, call, work)))
    if (done) return done.answer
    if (performance.now() > deadline)
      throw new Refusal(
        'conflict',
        `Cannot call "${call.action}": the same call under this idempotency key is still under way; ask again later`,
      )
    await sleep(LOOK_EVERY_MS)
  }
}

/** Undefined: another one is at it. */
async function tryOnce(
  tx: Db,
  name: CallName,
  call: Call,
  work: (tx: Db) => Promise<unknown>,
): Promise<{ answer: unknown } | undefined> {
  if (!(await tryLockCall(tx, name))) return undefined
  const input = sha256(canonical(call.input))
  const kept = await findCall(tx, name)
  if (!kept) {
    const answer = await work(tx)
    const sealed = seal(call.key, JSON.stringify({ answer }))
    await keepCall(tx, name, { action: call.action, input, answer: sealed })
    return { answer }
  }
  if (kept.action === call.action && kept.input.equals(input))
    return JSON.parse(unseal(call.key, kept.answer)) as { answer: unknown }
  const what = kept.action === call.action ? 'with another input' : `for "${kept.action}"`
  throw new Refusal(
    'conflict',
    `Cannot call "${call.action}": its idempotency key was used ${what} already, expected a new key for each call`,
    { field: 'idempotencyKey' },
  )
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Two inputs that say the same are the same, whatever the order of their fields. */
function canonical(input: unknown): string {
  return (
    JSON.stringify(input, (key, value: unknown) => {
      if (key === 'idempotencyKey') return undefined
      if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
      return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    }) ?? 'undefined'
  )
}

// What calls under an idempotency key were answered, for a day. The row is written in the transaction of what the call
// did: both are there or neither. While that transaction is open a lock keeps others with the same key out, and it goes
// with the connection, so that whoever was killed in the middle blocks nobody.

import { and, eq, gt, sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { calls } from '../../schema/calls.ts'

export type KeptCall = Pick<typeof calls.$inferSelect, 'action' | 'input' | 'answer'>

export interface CallName {
  readonly actor: string
  /** SHA-256 of the key. */
  readonly key: Buffer
}

const KEPT = sql`now() - interval '1 day'`
/** Expired ones that go with each new one: more than one, so that they never pile up. */
const SWEPT_AT_ONCE = 20

/** False where a call of that name is under way. Until the transaction ends. */
export async function tryLockCall(tx: Db, { actor, key }: CallName): Promise<boolean> {
  const name = `tandem.call.${actor}.${key.toString('hex')}`
  const { rows } = await tx.execute(
    sql`select pg_try_advisory_xact_lock(hashtextextended(${name}, 0)) as got`,
  )
  return rows[0]?.got === true
}

export async function findCall(tx: Db, { actor, key }: CallName): Promise<KeptCall | undefined> {
  const [row] = await tx
    .select({ action: calls.action, input: calls.input, answer: calls.answer })
    .from(calls)
    .where(and(eq(calls.actor, actor), eq(calls.key, key), gt(calls.createdAt, KEPT)))
  return row
}

/** Takes the place of an expired one. */
export async function keepCall(tx: Db, name: CallName, call: KeptCall): Promise<void> {
  await tx
    .insert(calls)
    .values({ ...name, ...call })
    .onConflictDoUpdate({ target: [calls.actor, calls.key], set: { ...call, createdAt: sql`now()` } })
  await tx.execute(sql`
    delete from ${calls} where ctid in (
      select ctid from ${calls} where ${calls.createdAt} <= ${KEPT} order by ${calls.createdAt}
      limit ${SWEPT_AT_ONCE} for update skip locked)`)
}

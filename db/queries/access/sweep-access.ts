// Deletes what has run out: sessions of people who did not come back, half-done second factors, limits that hold
// nothing back.

import { lt, sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { attemptLimits, sessions, verifications } from '../../schema/auth.ts'

export async function sweepAccess(db: Db): Promise<void> {
  await db.delete(attemptLimits).where(lt(attemptLimits.fullAt, sql`now()`))
  await db.delete(sessions).where(lt(sessions.expiresAt, sql`now()`))
  await db.delete(verifications).where(lt(verifications.expiresAt, sql`now()`))
}

// Codes that are good for one use: for the first user of an empty installation, and for a new password. A code is
// consumed in the transaction that does what it is for, so that it is neither used twice nor lost.

import { and, eq, gt, isNull, lt } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { oneTimeCodes } from '../../schema/auth.ts'

export type CodePurpose = 'set-up' | 'password'

export interface CodeDraft {
  readonly hash: Buffer
  readonly purpose: CodePurpose
  readonly userId: string | null
  readonly createdBy: string
  readonly expiresAt: Date
}

/** A user has one code at a time: a new one takes the place of those before it. */
export async function insertCode(tx: Db, draft: CodeDraft): Promise<void> {
  await tx.delete(oneTimeCodes).where(lt(oneTimeCodes.expiresAt, new Date()))
  if (draft.userId !== null) await spendCodes(tx, draft.purpose, draft.userId)
  await tx.insert(oneTimeCodes).values(draft)
}

const isOpen = (purpose: CodePurpose) =>
  and(eq(oneTimeCodes.purpose, purpose), isNull(oneTimeCodes.usedAt), gt(oneTimeCodes.expiresAt, new Date()))

/** Whose password the code sets (null for one of a set-up), or undefined where it is good for nothing. */
export async function consumeCode(
  tx: Db,
  purpose: CodePurpose,
  hash: Buffer,
): Promise<{ readonly userId: string | null } | undefined> {
  const [row] = await tx
    .update(oneTimeCodes)
    .set({ usedAt: new Date() })
    .where(and(eq(oneTimeCodes.hash, hash), isOpen(purpose)))
    .returning({ userId: oneTimeCodes.userId })
  return row
}

export async function isOpenCode(db: Db, purpose: CodePurpose, hash: Buffer): Promise<boolean> {
  const rows = await db
    .select({ hash: oneTimeCodes.hash })
    .from(oneTimeCodes)
    .where(and(eq(oneTimeCodes.hash, hash), isOpen(purpose)))
  return rows.length > 0
}

/** None of them is good for anything from now on. */
export async function spendCodes(tx: Db, purpose: CodePurpose, userId: string | null): Promise<void> {
  const whose = userId === null ? isNull(oneTimeCodes.userId) : eq(oneTimeCodes.userId, userId)
  await tx
    .update(oneTimeCodes)
    .set({ usedAt: new Date() })
    .where(and(isOpen(purpose), whose))
}

// Uploads in parts. Who adds parts holds the upload for some seconds and again with each part; whoever has lost it, to a
// cut connection or a crash, cannot add anything any more, and the next one need not wait for long.

import { and, asc, eq, isNull, lt, or, sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { type KeptPart, uploads } from '../../schema/uploads.ts'

export type UploadRow = typeof uploads.$inferSelect
export type UploadDraft = Pick<
  typeof uploads.$inferInsert,
  'digest' | 'id' | 'sizeBytes' | 'mediaType' | 'place' | 'createdBy'
>

/** Longer than any pause of a line that still works; a client whose connection was cut waits for no longer. */
export const HOLD_S = 15

const heldUntil = sql`now() + make_interval(secs => ${HOLD_S})`
const isFree = or(isNull(uploads.holder), lt(uploads.heldUntil, sql`now()`))

/** The one of its digest, which may have been there before. */
export async function ensureUpload(db: Db, draft: UploadDraft): Promise<UploadRow> {
  await db.insert(uploads).values(draft).onConflictDoNothing()
  return (await findUpload(db, draft.digest)) ?? ensureUpload(db, draft)
}

export async function findUpload(db: Db, digest: string): Promise<UploadRow | undefined> {
  const [row] = await db.select().from(uploads).where(eq(uploads.digest, digest))
  return row
}

/** Undefined where somebody else holds it, or it has gone on from `offsetBytes`. */
export async function holdUpload(
  db: Db,
  { id, holder, offsetBytes }: { id: string; holder: string; offsetBytes: number },
): Promise<UploadRow | undefined> {
  const [row] = await db
    .update(uploads)
    .set({ holder, heldUntil, touchedAt: sql`now()` })
    .where(and(eq(uploads.id, id), eq(uploads.offsetBytes, offsetBytes), isFree))
    .returning()
  return row
}

export interface Hold {
  readonly id: string
  readonly holder: string
}

const isOurs = ({ id, holder }: Hold) => and(eq(uploads.id, id), eq(uploads.holder, holder))
const goingOn = { heldUntil, touchedAt: sql`now()` }

/** False where it was lost. */
export async function extendHold(db: Db, hold: Hold): Promise<boolean> {
  return (await db.update(uploads).set(goingOn).where(isOurs(hold)).returning({ id: uploads.id })).length > 0
}

export async function nameUpload(db: Db, hold: Hold, name: string): Promise<boolean> {
  const rows = await db
    .update(uploads)
    .set({ ...goingOn, name })
    .where(isOurs(hold))
    .returning({ id: uploads.id })
  return rows.length > 0
}

/** The number that the next part is written under; undefined where the upload was lost. */
export async function takePartNumber(db: Db, hold: Hold): Promise<number | undefined> {
  const [row] = await db
    .update(uploads)
    .set({ ...goingOn, nextPart: sql`${uploads.nextPart} + 1` })
    .where(isOurs(hold))
    .returning({ next: uploads.nextPart })
  return row && row.next - 1
}

/** As it is then; undefined where the upload was lost. */
export async function addPart(db: Db, hold: Hold, part: KeptPart): Promise<UploadRow | undefined> {
  const [row] = await db
    .update(uploads)
    .set({
      ...goingOn,
      offsetBytes: sql`${uploads.offsetBytes} + ${part.sizeBytes}`,
      parts: sql`${uploads.parts} || ${JSON.stringify([part])}::jsonb`,
    })
    .where(isOurs(hold))
    .returning()
  return row
}

export async function letGoOfUpload(db: Db, hold: Hold): Promise<void> {
  await db.update(uploads).set({ holder: null, heldUntil: null }).where(isOurs(hold))
}

/** Of our own, whoever holds it. */
export async function deleteUpload(db: Db, id: string): Promise<void> {
  await db.delete(uploads).where(eq(uploads.id, id))
}

/** The one that was deleted; undefined where there is none, or somebody adds to it. */
export async function deleteFreeUpload(db: Db, digest: string): Promise<UploadRow | undefined> {
  const [row] = await db
    .delete(uploads)
    .where(and(eq(uploads.digest, digest), isFree))
    .returning()
  return row
}

/** Those that nobody has added to for so long. */
export async function deleteIdleUploads(db: Db, hours: number): Promise<UploadRow[]> {
  const isIdle = lt(uploads.touchedAt, sql`now() - make_interval(secs => ${hours * 3_600})`)
  return db.delete(uploads).where(and(isIdle, isFree)).returning()
}

/** The oldest first, at most `limit`. */
export function listUploads(db: Db, limit: number) {
  const { digest, sizeBytes, offsetBytes, mediaType, createdBy, createdAt, touchedAt } = uploads
  return db
    .select({ digest, sizeBytes, offsetBytes, mediaType, createdBy, createdAt, touchedAt })
    .from(uploads)
    .orderBy(asc(createdAt), asc(digest))
    .limit(limit)
}

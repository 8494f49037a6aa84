// Uploads in parts that are under way, one for each digest: whoever has the same bytes goes on with the same upload. The
// parts themselves are in the artifact store; here is what they add up to and who may add the next one.

import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { createdAt, instant } from './columns.ts'

/** As the store's port has it: `tag` is by what the store knows the bytes again. */
export interface KeptPart {
  readonly number: number
  readonly sizeBytes: number
  readonly tag: string
}

export const uploads = pgTable(
  'uploads',
  {
    digest: text('digest').primaryKey(),
    /** What its parts are staged under; another one after it was begun anew. */
    id: text('id').notNull().unique(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
    mediaType: text('media_type').notNull(),
    /** Which store has the parts. */
    place: text('place').notNull(),
    /** What the store calls it; null before the first part. */
    name: text('name'),
    offsetBytes: bigint('offset_bytes', { mode: 'number' }).notNull().default(0),
    /** The number of the next part: none is given out twice, whoever has lost one. */
    nextPart: integer('next_part').notNull().default(1),
    parts: jsonb('parts').$type<KeptPart[]>().notNull().default([]),
    /** The request that may add parts, and until when, unless it goes on; null where none does. */
    holder: text('holder'),
    heldUntil: instant('held_until'),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    touchedAt: instant('touched_at').notNull().defaultNow(),
  },
  (t) => [
    check('uploads_digest_format', sql`${t.digest} ~ '^sha256:[0-9a-f]{64}$'`),
    check('uploads_offset', sql`${t.sizeBytes} > 0 and ${t.offsetBytes} between 0 and ${t.sizeBytes}`),
    check('uploads_part', sql`${t.nextPart} > jsonb_array_length(${t.parts})`),
    check('uploads_holder', sql`(${t.holder} is null) = (${t.heldUntil} is null)`),
    index('uploads_touched').on(t.touchedAt),
  ],
)

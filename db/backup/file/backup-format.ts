// What a backup file holds: a gzipped tar of
//   backup.json                     first: format, time, the migrations of its schema, tables and sequences
//   tables/<schema>.<table>/<n>     rows as COPY writes them in text, in pieces, since a tar must know sizes beforehand
//   artifacts/<hex>, captures/<hex> files by their SHA-256, where they were asked for
//   end.json                        last: rows, bytes and SHA-256 of every table; a file without it was cut short
// Text instead of binary COPY: it means the same to every version and machine of PostgreSQL. Readers refuse a format
// that they do not know, and skip no entry.

import { z } from 'zod'

export const FORMAT = 1

const Migration = z.object({ hash: z.string(), when: z.string() })
export type Migration = z.infer<typeof Migration>

const TableHead = z.object({
  /** With its schema, quoted where SQL needs it. */
  name: z.string(),
  columns: z.array(z.string()),
  /** Of a partition: its table, and the bounds as SQL has them. */
  of: z.string().nullable(),
  bound: z.string().nullable(),
})
export type TableHead = z.infer<typeof TableHead>

const SequenceHead = z.object({ name: z.string(), last: z.string(), isCalled: z.boolean() })
export type SequenceHead = z.infer<typeof SequenceHead>

export const BackupHead = z.object({
  tandem: z.literal('backup'),
  format: z.int(),
  createdAt: z.iso.datetime(),
  postgres: z.string(),
  migrations: z.array(Migration),
  tables: z.array(TableHead),
  sequences: z.array(SequenceHead),
})
export type BackupHead = z.infer<typeof BackupHead>

const TableEnd = z.object({ name: z.string(), rows: z.int(), bytes: z.int(), sha256: z.string() })
export type TableEnd = z.infer<typeof TableEnd>

export const BackupEnd = z.object({
  tables: z.array(TableEnd),
  /** Files in it, and digests that the database vouches for and the store did not have. */
  artifacts: z.int(),
  captures: z.int(),
  missing: z.array(z.string()),
})
export type BackupEnd = z.infer<typeof BackupEnd>

/** How far long work is; `what` is one word for a person. */
export type OnProgress = (what: string, done: number, total: number) => void

export const HEAD_NAME = 'backup.json'
export const END_NAME = 'end.json'

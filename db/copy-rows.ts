// Rows into a table by COPY, inside the transaction of the caller: about ten times as many a second as by INSERT, and
// without its limit of 65,535 parameters. A value is written in COPY's text form, whose escapes are few; a number as
// JavaScript prints it, which PostgreSQL reads back to the same bits.

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { Db } from './db.ts'

export type Cell = string | number | boolean | null

/** Characters a piece: large enough that pieces cost nothing, small enough that none is kept long. */
const PIECE_CHARS = 256 * 1_024

/** `into` is a table with its columns, `decisions (device_id, at)`. All rows come, or the transaction fails. */
export async function copyRows(tx: Db, into: string, rows: Iterable<readonly Cell[]>): Promise<void> {
  await pipeline(Readable.from(piecesOf(rows)), clientOf(tx).query(copyFrom(`copy ${into} from stdin`)))
}

/** What drizzle runs a transaction on: it has no COPY of its own, and another connection would be another transaction. */
function clientOf(tx: Db): pg.PoolClient {
  const { client } = (tx as unknown as { session: { client: pg.Pool | pg.PoolClient } }).session
  if (client instanceof pg.Pool)
    throw new TypeError('Cannot copy rows: is given the pool, expected a transaction')
  return client
}

function* piecesOf(rows: Iterable<readonly Cell[]>): Generator<string> {
  let piece = ''
  for (const row of rows) {
    piece += `${row.map(textOf).join('\t')}\n`
    if (piece.length < PIECE_CHARS) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function textOf(cell: Cell): string {
  if (cell === null) return '\\N'
  if (typeof cell !== 'string') return String(cell)
  return /[\\\t\n\r]/.test(cell) ? cell.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character]!) : cell
}

// The pool behind every query. A backend can die at any time (a restart, an admin, a full disk): node-postgres
// then emits 'error' on the client or the pool, and an event without a listener would end the process. The
// pool replaces such a client by itself, and whoever was using it sees its own query reject.
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import type { Db } from './db.ts'

export type Database = {
  db: Db
  pool: pg.Pool
  /** Waits for queries under way. */
  close(): Promise<void>
}

export type ConnectOptions = {
  /** Connections at most; 10 leaves room for several processes in PostgreSQL's 100. */
  max?: number
  /** For the log: connections lost while idle or in use. Queries that suffered reject by themselves. */
  onLostConnection?: (cause: Error) => void
}

/** Opens nothing yet: the first query connects. */
export function connect(url: string, { max = 10, onLostConnection }: ConnectOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 10_000, // Also the wait for a free connection: fail rather than queue for ever.
    application_name: 'tandem',
  })
  // The pool itself listens only while a client is idle; listening on each client hears both cases once.
  pool.on('connect', (client) => client.on('error', (cause) => onLostConnection?.(cause)))
  pool.on('error', () => {}) // The same loss again.
  const db = drizzle(pool)
  // drizzle takes a client from the pool before BEGIN and gives it back only behind it: where BEGIN fails, because the
  // backend has just died, the client would be lost for good, and ten of those would stop the process.
  db.transaction = async (work, config) => {
    const client = await pool.connect()
    try {
      return await drizzle(client).transaction(work, config)
    } finally {
      client.release()
    }
  }
  return { db, pool, close: () => pool.end() }
}

// A backend can die at any time; the process that used it must not.

import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { connect, type Database } from '#db/connect.ts'
import { pgFailure } from '#db/db.ts'
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts'

let scratch: TestDatabase
let database: Database
let killer: Database
let lost: Error[]
beforeEach(async () => {
  scratch = await createTestDatabase()
  lost = []
  database = connect(scratch.url, { max: 2, onLostConnection: (cause) => void lost.push(cause) })
  killer = connect(scratch.url, { max: 1 })
})
afterEach(async () => {
  await database.close()
  await killer.close()
  await scratch.drop()
})

const pidOf = async () =>
  (await database.pool.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid
const kill = (pid: number) => killer.pool.query('select pg_terminate_backend($1)', [pid])

describe('connect()', () => {
  test('opens nothing before the first query', async () => {
    expect(database.pool.totalCount).toBe(0)
    await database.db.execute(sql`select 1`)
    expect(database.pool.totalCount).toBe(1)
  })

  test('replaces a backend that was killed while idle, and tells of it once', async () => {
    const pid = await pidOf()
    await kill(pid)
    await vi.waitUntil(() => database.pool.totalCount === 0)
    expect(await pidOf()).not.toBe(pid)
    expect(lost).toHaveLength(1)
    expect(pgFailure(lost[0])?.code).toBe('57P01')
  })

  test('a backend killed in mid-transaction rejects the transaction, keeps nothing of it, and goes on', async () => {
    const attempt = database.db.transaction(async (tx) => {
      await tx.execute(sql`insert into audit_log (actor, action, outcome) values ('a', 'b', 'c')`)
      const { rows } = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
      await kill(rows[0]!.pid)
      await tx.execute(sql`select 1`)
    })
    await expect(attempt).rejects.toThrow()
    expect((await database.db.execute(sql`select 1 from audit_log`)).rows).toEqual([])
    expect(lost.length).toBeGreaterThan(0)
  })

  test('a transaction that cannot even begin gives its connection back', async () => {
    const wrong = { isolationLevel: 'nonsense' as 'serializable' }
    for (let i = 0; i < 3; i++) await expect(database.db.transaction(async () => 1, wrong)).rejects.toThrow()
    expect(database.pool.totalCount - database.pool.idleCount).toBe(0)
    expect(await database.db.transaction(async () => 1)).toBe(1)
  })

  test('a backend killed between two statements of a transaction, with time to notice, does the same', async () => {
    const attempt = database.db.transaction(async (tx) => {
      const { rows } = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
      await kill(rows[0]!.pid)
      await vi.waitUntil(() => lost.length > 0)
      await tx.execute(sql`select 1`)
    })
    await expect(attempt).rejects.toThrow()
    expect((await database.db.execute(sql`select 1 as one`)).rows).toEqual([{ one: 1 }])
  })

  test('a query that hangs when its backend is killed rejects', async () => {
    const client = await database.pool.connect()
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    const hanging = expect(client.query('select pg_sleep(60)')).rejects.toMatchObject({ code: '57P01' })
    await kill(rows[0]!.pid)
    await hanging
    client.release(true)
  })

  test('close() waits for queries under way', async () => {
    const slow = database.pool.query(`select pg_sleep(0.2), 'done' as how`)
    await database.close()
    expect((await slow).rows[0]).toMatchObject({ how: 'done' })
    database = connect(scratch.url)
  })
})

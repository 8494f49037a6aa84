// Jobs between workers, at the level of rows: a ticket is had once, an attempt that was overtaken writes nothing, a
// silent worker loses its job and a live one does not, and what is due is asked for once.

import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { WorkKind } from '#contract/api/jobs.ts'
import { connect, type Database } from '#db/connect.ts'
import { ensureDueJob } from '#db/queries/jobs/due-jobs.ts'
import {
  afterDeath,
  beat,
  endJob,
  giveBack,
  keepStep,
  keptSteps,
  recordProgress,
  reissueTickets,
  silentJobs,
  takeJob,
} from '#db/queries/jobs/job-work.ts'
import { cancelJob, ensureJob, findJob } from '#db/queries/jobs/jobs.ts'
import { holdLease, leaveLease } from '#db/queries/jobs/leases.ts'
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts'
import { times } from './query-rig.ts'

let scratch: TestDatabase
let database: Database
let db: Database['db']
beforeAll(async () => {
  scratch = await createTestDatabase()
  database = connect(scratch.url, { max: 20 })
  db = database.db
})
afterAll(async () => {
  await database.close()
  await scratch.drop()
})

let asked = 0
const ask = async (kind: WorkKind = 'training') => {
  const draft = { kind, input: { n: ++asked }, sameKey: String(asked), askedBy: 'a test' }
  return (await ensureJob(db, draft)).job
}
const take = async (worker: string) => (await takeJob(db, 'compute', worker))!
const mourning = { silentMs: 0, deathsMax: 3, words: (deaths: number) => `died ${deaths} times` }
const fallSilent = (id: string, s: number) =>
  database.pool.query(`update jobs set heartbeat_at = now() - $2 * interval '1 second' where id = $1`, [
    id,
    s,
  ])

describe('a job', () => {
  test('is taken once, whoever asks; those asked for first are taken first', async () => {
    const jobs = [await ask(), await ask(), await ask()]
    const taken = await times(8, (i) => takeJob(db, 'compute', `worker ${i}`))
    const ids = taken.flatMap((job) => (job ? [job.id] : []))
    expect(ids.sort()).toEqual(jobs.map(({ id }) => id).sort())
    for (const job of taken) if (job) expect(await endJob(db, job, { state: 'done', result: {} })).toBe(true)
    const [first, second] = [await ask(), await ask()]
    expect([(await take('a')).id, (await take('b')).id]).toEqual([first.id, second.id])
  })

  test('whose taking is rolled back waits as before', async () => {
    const { id } = await ask()
    const failed = db.transaction(async (tx) => {
      expect((await takeJob(tx, 'compute', 'a'))?.id).toBe(id)
      throw new Error('killed here')
    })
    await expect(failed).rejects.toThrow('killed here')
    expect(await take('b')).toMatchObject({ id, attempt: 1, worker: 'b' })
  })

  test('that another worker has by now takes nothing from the one before', async () => {
    const { id } = await ask()
    const late = await take('late')
    await keepStep(db, late, { name: 'one', build: 'x', value: Buffer.from('by late') })
    await giveBack(db, late)
    const now = await take('now')
    expect(now).toMatchObject({ id, attempt: 2, worker: 'now' })
    await keepStep(db, late, { name: 'one', build: 'x', value: Buffer.from('too late') })
    await recordProgress(db, late, { step: 'too late', done: 1, total: 1 })
    await giveBack(db, late)
    expect(await afterDeath(db, late, mourning)).toBeUndefined()
    expect(await beat(db, 'late', [id])).toEqual(new Map())
    expect(await endJob(db, late, { state: 'done', result: { of: 'late' } })).toBe(false)
    expect(await findJob(db, id)).toMatchObject({ state: 'running', worker: 'now', deaths: 0 })
    expect((await keptSteps(db, id, 'x')).get('one')?.toString()).toBe('by late')
    expect(await endJob(db, now, { state: 'done', result: { of: 'now' } })).toBe(true)
    expect(await findJob(db, id)).toMatchObject({ state: 'done', result: { of: 'now' } })
  })

  test('has the steps of its own build alone', async () => {
    await ask()
    const job = await take('a')
    await keepStep(db, job, { name: 'one', build: 'old', value: Buffer.from('1') })
    expect(await keptSteps(db, job.id, 'new')).toEqual(new Map())
    await keepStep(db, job, { name: 'one', build: 'new', value: Buffer.from('2') })
    expect([...(await keptSteps(db, job.id, 'new')).values()].map(String)).toEqual(['2'])
    await endJob(db, job, { state: 'failed', error: 'a sentence' })
    expect(await keptSteps(db, job.id, 'new')).toEqual(new Map())
  })

  test('is given up after three deaths in a row; a step between them forgives', async () => {
    const { id } = await ask()
    const deaths = async () => {
      const job = await take('a')
      return (await afterDeath(db, job, mourning))!
    }
    expect(await deaths()).toMatchObject({ state: 'queued', deaths: 1 })
    expect(await deaths()).toMatchObject({ state: 'queued', deaths: 2 })
    const job = await take('a')
    await keepStep(db, job, { name: 'one', build: 'x', value: Buffer.from('1') })
    expect(await afterDeath(db, job, mourning)).toMatchObject({ state: 'queued', deaths: 1 })
    await deaths()
    expect(await deaths()).toMatchObject({ id, state: 'failed', deaths: 3, error: 'died 3 times' })
    expect(await takeJob(db, 'compute', 'a')).toBeUndefined()
  })

  test('that was cancelled while it waited is never taken, and one that runs is not ended otherwise', async () => {
    const waiting = await ask()
    await cancelJob(db, waiting.id, 'Cancelled by a test')
    expect(await takeJob(db, 'compute', 'a')).toBeUndefined()
    await ask()
    const job = await take('a')
    expect(await cancelJob(db, job.id, 'Cancelled by a test')).toMatchObject({ state: 'cancelled' })
    expect(await beat(db, 'a', [job.id])).toEqual(new Map())
    expect(await endJob(db, job, { state: 'done', result: {} })).toBe(false)
    expect(await cancelJob(db, job.id, 'again')).toBeUndefined()
  })

  test('of a silent worker is found; one that beats meanwhile keeps it', async () => {
    await ask()
    const job = await take('a')
    await fallSilent(job.id, 7)
    expect((await silentJobs(db, 6_000)).map(({ id }) => id)).toEqual([job.id])
    expect(await beat(db, 'a', [job.id])).toEqual(new Map([[job.id, 1]]))
    expect(await afterDeath(db, job, { ...mourning, silentMs: 6_000 })).toBeUndefined()
    await fallSilent(job.id, 7)
    expect(await times(4, () => afterDeath(db, job, { ...mourning, silentMs: 6_000 }))).toContainEqual(
      expect.objectContaining({ state: 'queued', deaths: 1 }),
    )
    expect(await take('b')).toMatchObject({ id: job.id, attempt: 2 })
    expect(await takeJob(db, 'compute', 'c')).toBeUndefined()
  })

  test('that came without its ticket, out of a backup, gets one', async () => {
    const { id } = await ask()
    expect(await reissueTickets(db)).toBe(0)
    await database.pool.query('delete from pgboss.job')
    expect(await takeJob(db, 'compute', 'a')).toBeUndefined()
    expect(await reissueTickets(db)).toBe(1)
    expect((await take('a')).id).toBe(id)
  })
})

test('what is due is asked for once by eight who look at once, and a few of the past are kept', async () => {
  const chore = { kind: 'decision-roll-up', everyMs: 60_000, input: {} } as const
  const rows = async () =>
    (await database.pool.query(`select state, asked_by from jobs where kind = $1`, [chore.kind])).rows
  await times(8, () => ensureDueJob(db, chore))
  expect(await rows()).toEqual([{ state: 'queued', asked_by: 'the control plane' }])
  await ensureDueJob(db, chore)
  expect(await rows()).toHaveLength(1)
  for (let minute = 0; minute < 25; minute++) {
    const job = (await takeJob(db, 'housekeeping', 'a'))!
    await endJob(db, job, { state: 'done', result: {} })
    await database.pool.query(`update jobs set created_at = created_at - interval '1 minute'`)
    await ensureDueJob(db, chore)
  }
  expect(await rows()).toHaveLength(20)
})

test('a lease is one holder’s until it is left or runs out', async () => {
  const hold = (holder: string, ttlMs = 60_000) => holdLease(db, 'a lease', holder, ttlMs)
  expect((await times(8, (i) => hold(`h${i}`))).filter(Boolean)).toHaveLength(1)
  const { rows } = await database.pool.query(`select holder from leases where name = 'a lease'`)
  const [{ holder }] = rows as [{ holder: string }]
  expect([await hold('another'), await hold(holder)]).toEqual([false, true])
  await leaveLease(db, 'a lease', 'another')
  expect(await hold('another')).toBe(false)
  await leaveLease(db, 'a lease', holder)
  expect(await hold('another', 0)).toBe(true)
  expect([await hold(holder), await hold('another')]).toEqual([true, false])
})

test('pg-boss is of the version that its migration made the tables for', async () => {
  const { rows } = await database.pool.query('select version from pgboss.version')
  const require = createRequire(import.meta.url)
  expect(rows).toEqual([{ version: require('pg-boss/version.json').schema }])
})

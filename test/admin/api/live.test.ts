// Streams of what happens: told by the database, over real sockets, cut by proxies, killed in the database, left by their
// clients.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openLive } from '#admin/live/live.ts'
import type { ProfileProgress } from '#contract/api/live.ts'
import { insertDecisions } from '#db/queries/decisions.ts'
import { cancelDeviceJob } from '#db/queries/device-jobs.ts'
import { recordProgress } from '#db/queries/train/evaluations.ts'
import { fillDatabase } from '#test/db/filled-database.ts'
import { openTcpProxy } from '#test/harness/tcp-proxy.ts'
import { until } from '#test/harness/until.ts'
import { type LiveRig, openLiveRig, watching } from './live-rig.ts'

interface Sample {
  readonly decisions: readonly { readonly sequence: number }[]
  readonly isSample: boolean
}

let rig: LiveRig
beforeAll(async () => {
  rig = await openLiveRig()
  await fillDatabase(rig.control.ctx.db)
})
afterAll(() => rig[Symbol.asyncDispose]())

const pool = () => rig.control.database.pool
const live = () => rig.control.ctx.live
const decision = (sequence: number, at = new Date()) => ({
  sequence,
  at: at.toISOString(),
  deploymentId: 'dep_live',
  tier: 'local' as const,
  label: 1,
  score: 0.9,
  decision: { router: 'confidence', version: 1, score: 0.5, threshold: 0.6, reason: 'routed' as const },
  totalMs: 1,
  energyJ: 0.1,
  byFallback: false,
})

let jobs = 0
/** A measurement of its own. */
async function newJob(): Promise<string> {
  const id = `job_live${++jobs}`
  await pool().query(
    `insert into device_jobs (id, kind, device_id, dataset_id, features_version, total)
     select $1, 'features', (select id from devices order by id limit 1), id, $2, 4 from datasets limit 1`,
    [id, 100 + jobs],
  )
  return id
}
const progress = (id: string, done: number) =>
  pool().query(`update device_jobs set state = 'running', done = $2 where id = $1`, [id, done])
const fail = (id: string) =>
  pool().query(
    `update device_jobs set state = 'failed', message = 'away', finished_at = now() where id = $1`,
    [id],
  )

test('a measurement is told as it goes on, and its stream ends with it', async () => {
  const id = await newJob()
  const seen = watching<ProfileProgress[]>((on) => rig.client().live.profiles.subscribe({ ids: [id] }, on))
  await until('the first state', () => seen.states.length === 1)
  for (let done = 1; done <= 3; done++) {
    await progress(id, done)
    await until(`image ${done}`, () => seen.states.at(-1)![0]!.done === done)
  }
  await cancelDeviceJob(rig.control.ctx.db, id)
  await seen.ended
  expect(seen.states.map(([job]) => [job!.state, job!.done])).toEqual([
    ['queued', 0],
    ['running', 1],
    ['running', 2],
    ['running', 3],
    ['cancelled', 3],
  ])
})

test('an evaluation is told, without its report', async () => {
  const { rows } = await pool().query(`select id from evaluations where state = 'running' limit 1`)
  const { id } = rows[0]
  const seen = watching<{ progress: { done: number } }>((on) =>
    rig.client().live.evaluation.subscribe({ id }, on),
  )
  await until('the first state', () => seen.states.length === 1)
  await recordProgress(rig.control.ctx.db, id, { stage: 'folds', done: 3, total: 10 })
  await until('progress', () => seen.states.at(-1)!.progress.done === 3)
  expect(Object.keys(seen.states[0]!).sort()).toEqual(['error', 'id', 'progress', 'state'])
  seen.close()
})

test('behind a proxy that cuts connections all the time nothing is missed and nothing told twice', async () => {
  await using proxy = await openTcpProxy([rig.port], { cutAfterMs: 400 })
  const id = await newJob()
  const seen = watching<ProfileProgress[]>((on) =>
    rig.client(proxy.url).live.profiles.subscribe({ ids: [id] }, on),
  )
  await until('the first state', () => seen.states.length === 1)
  for (let done = 1; done <= 4; done++) {
    const before = proxy.connections
    await until('a cut', () => proxy.connections > before)
    await progress(id, done)
    await until(`image ${done}`, () => seen.states.at(-1)![0]!.done === done)
  }
  const before = proxy.connections
  await until('two cuts without news', () => proxy.connections > before + 1)
  await fail(id)
  await seen.ended
  expect(new Set(seen.ids).size).toBe(seen.ids.length)
  expect(seen.states.at(-1)![0]!.state).toBe('failed')
})

test('what is told while the listening connection is gone is read when it is back', async () => {
  const id = await newJob()
  const seen = watching<ProfileProgress[]>((on) => rig.client().live.profiles.subscribe({ ids: [id] }, on))
  await until('the first state', () => seen.states.length === 1)
  const killed = await pool().query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'tandem live' and datname = current_database()`,
  )
  expect(killed.rowCount).toBe(1)
  await progress(id, 2)
  await until('news after the gap', () => seen.states.at(-1)![0]!.done === 2)
  await fail(id)
  await seen.ended
})

test('a stranger is turned away, and what does not exist is not found', async () => {
  const strange = watching((on) => rig.client(rig.url, 'tk_none').live.evaluation.subscribe({ id: 'x' }, on))
  await expect(strange.ended).rejects.toThrow()
  const nothing = watching((on) => rig.client().live.rollout.subscribe({ id: 'rol_none' }, on))
  await expect(nothing.ended).rejects.toThrow('Cannot find rollout "rol_none"')
})

test('a stream that has nothing to tell pings', async () => {
  const id = await newJob()
  const leaving = new AbortController()
  const answer = await fetch(
    `${rig.url}/trpc/live.profiles?input=${encodeURIComponent(JSON.stringify({ ids: [id] }))}`,
    { headers: { authorization: `Bearer ${rig.control.keys.viewer}` }, signal: leaving.signal },
  )
  let text = ''
  const reading = (async () => {
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) text += chunk
  })().catch(() => undefined)
  await until('a ping', () => text.includes('event: ping'), 20_000)
  leaving.abort()
  await reading
})

describe('fifty who watch', () => {
  test('cost one connection, and leave nothing behind', async () => {
    await until('nobody to watch', () => live().watchers === 0)
    const id = await newJob()
    const all = Array.from({ length: 50 }, () =>
      watching<ProfileProgress[]>((on) => rig.client().live.profiles.subscribe({ ids: [id] }, on)),
    )
    await until('all to see it', () => all.every(({ states }) => states.length === 1))
    expect(live().watchers).toBe(50)
    const { rows } = await pool().query(
      `select count(*)::int as n from pg_stat_activity
       where application_name = 'tandem live' and datname = current_database()`,
    )
    expect(rows[0].n).toBe(1)
    await progress(id, 1)
    await until('all to hear', () => all.every(({ states }) => states.at(-1)![0]!.done === 1))
    for (const seen of all) seen.close()
    await until('all to be gone', () => live().watchers === 0)
  })
})

test('one who is slow is told once of a thousand changes', async () => {
  const id = await newJob()
  await using own = openLive(rig.control.databaseUrl, rig.control.ctx.log)
  const leaving = new AbortController()
  const changes = own.changes({ topics: [`profile:${id}`], signal: leaving.signal })
  await changes.next()
  await until('to be listening', async () => {
    const { rows } = await pool().query(
      `select count(*)::int as n from pg_stat_activity where application_name = 'tandem live'
       and datname = current_database() and query ilike 'listen%'`,
    )
    return rows[0].n >= 1
  })
  // Whoever has just begun to listen is told so once.
  await changes.next()
  for (let i = 0; i < 1_000; i++) await pool().query(`select pg_notify('tandem_live', 'profile:${id}')`)
  let wakes = 0
  const counting = (async () => {
    for await (const _ of changes) wakes++
  })()
  await until('one wake', () => wakes > 0)
  leaving.abort()
  await counting
  expect(wakes).toBeLessThanOrEqual(2)
  expect(own.watchers).toBe(0)
})

test('of a flood of decisions a sample is shown, newest first, each once', async () => {
  const seen = watching<Sample>((on) =>
    rig.client().live.decisions.subscribe({ deploymentId: 'dep_live', limit: 5 }, on),
  )
  await until('to be watched', () => live().watchers > 0)
  const { rows } = await pool().query('select id from devices order by id limit 1')
  const now = Date.now()
  const flood = Array.from({ length: 300 }, (_, i) => decision(1_000 + i, new Date(now + i)))
  await insertDecisions(rig.control.ctx.db, rows[0].id, flood)
  await until('news', () => seen.states.length > 0)
  const [first] = seen.states
  expect(first!.decisions).toHaveLength(5)
  expect(first!.isSample).toBe(true)
  expect(first!.decisions[0]!.sequence).toBe(1_299)
  await insertDecisions(rig.control.ctx.db, rows[0].id, [decision(1_300, new Date(now + 400))])
  await until('the next one', () => seen.states.some(({ decisions }) => decisions[0]!.sequence === 1_300))
  const all = seen.states.flatMap(({ decisions }) => decisions.map((d) => d.sequence))
  expect(new Set(all).size).toBe(all.length)
  seen.close()
})

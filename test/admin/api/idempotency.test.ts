// Calls under an idempotency key: done once however often they are asked for, at once, later, or across a control plane
// that is killed between its commit and its answer.

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openApi } from '#admin/client/api.ts'
import { connect } from '#db/connect.ts'
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts'
import { freePort } from '#test/harness/free-port.ts'
import { Process } from '#test/harness/process.ts'
import { openTcpProxy } from '#test/harness/tcp-proxy.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import { TINY_LABELS, tinyContract, tinyModel } from '#test/vision/tiny-model.ts'
import { type Control, jsonBody, openControl } from '../control-rig.ts'

let control: Control
beforeAll(async () => {
  control = await openControl()
})
afterAll(() => control[Symbol.asyncDispose]())

const KEY = 'idempotency-key'

async function call(path: string, input: unknown, key?: string, token = control.keys.admin) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answer = await control.request(`/trpc/${path}`, {
    ...jsonBody(input),
    headers: key === undefined ? headers : { ...headers, [KEY]: key },
  })
  const body = (await answer.json()) as {
    result?: { data: { code: string } }
    error?: { message: string; data: { code: string; fields?: { path: string }[] } }
  }
  return { status: answer.status, data: body.result?.data, error: body.error }
}

const enrol = (name: string, key?: string, token?: string) =>
  call('devices.createEnrolment', { name, tier: 'local' }, key, token)

const codes = async (name: string) =>
  (await control.database.pool.query('select id from enrolment_codes where name = $1', [name])).rows.length

test('20 at once make one row and get one answer', async () => {
  const key = randomUUID()
  const answers = await Promise.all(Array.from({ length: 20 }, () => enrol('pi-many', key)))
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
  expect(new Set(answers.map(({ data }) => data!.code)).size).toBe(1)
  expect(await codes('pi-many')).toBe(1)
})

test('the key may be a field of the input', async () => {
  const input = { name: 'pi-field', tier: 'local', idempotencyKey: randomUUID() }
  const [first, second] = [
    await call('devices.createEnrolment', input),
    await call('devices.createEnrolment', input),
  ]
  expect(second.data).toEqual(first.data)
  expect(await codes('pi-field')).toBe(1)
})

test('without a key, or with another one, it is another call', async () => {
  await enrol('pi-two')
  await enrol('pi-two', randomUUID())
  expect(await codes('pi-two')).toBe(2)
})

describe('the same key', () => {
  test('with another input is a conflict that says so', async () => {
    const key = randomUUID()
    await enrol('pi-a', key)
    const { status, error } = await enrol('pi-b', key)
    expect(status).toBe(409)
    expect(error!.message).toContain('was used with another input already')
    expect(error!.data.fields).toMatchObject([{ path: 'idempotencyKey' }])
    expect(await codes('pi-b')).toBe(0)
  })

  test('for another procedure is one too', async () => {
    const key = randomUUID()
    await enrol('pi-c', key)
    const { status, error } = await call('aliases.protect', { name: 'stable' }, key)
    expect([status, error!.message]).toEqual([409, expect.stringContaining('for "devices.createEnrolment"')])
  })

  test('of another caller is another key', async () => {
    const key = randomUUID()
    const [mine, theirs] = [await enrol('pi-d', key), await enrol('pi-d', key, control.keys.operator)]
    expect(theirs.data!.code).not.toBe(mine.data!.code)
  })

  test('after a refusal tries again, as what was wrong may be right by then', async () => {
    const key = randomUUID()
    expect((await enrol('Capital', key)).status).toBe(400)
    expect((await enrol('capital', key)).status).toBe(200)
  })

  test('after a day is a new one', async () => {
    const key = randomUUID()
    const first = await enrol('pi-old', key)
    await control.database.pool.query(`update calls set created_at = created_at - interval '25 hours'`)
    const second = await enrol('pi-old', key)
    expect(second.data!.code).not.toBe(first.data!.code)
    const { rows } = await control.database.pool.query(
      `select count(*)::int as old from calls where created_at < now() - interval '1 day'`,
    )
    expect(rows[0].old).toBe(0)
  })
})

test('neither keys nor answers can be read in the database', async () => {
  const key = randomUUID()
  const { data } = await enrol('pi-secret', key)
  const { rows } = await control.database.pool.query('select calls::text as row, answer from calls')
  const all = rows.map((row) => `${row.row} ${row.answer.toString('latin1')}`).join('\n')
  expect(all).not.toContain(data!.code)
  expect(all).not.toContain(key)
  expect(all).not.toContain(Buffer.from(key).toString('hex'))
})

test.each(['short', 'with spaces in the middle', 'x'.repeat(300)])(
  'a key such as "%.30s" is refused by its field',
  async (key) => {
    const { status, error } = await enrol('pi-bad', key)
    expect(status).toBe(400)
    expect(error!.data.fields).toMatchObject([{ path: 'idempotencyKey' }])
  },
)

test('two calls under keys of their own meet at one name: both are answered', async () => {
  const draft = { group: 'default', name: 'canary', protected: true }
  const answers = await Promise.all([1, 2].map(() => call('aliases.protect', draft, randomUUID())))
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
})

test('killed between commit and answer: the client asks again, and is told what the first attempt did', async () => {
  await using folder = await tempFolder('once')
  const database: TestDatabase = await createTestDatabase()
  const [dying, staying] = [await freePort(), await freePort()]
  const env = { TANDEM_HOME: folder.path, DATABASE_URL: database.url, LOG_LEVEL: 'silent' }
  try {
    await using first = new Process({
      entry: 'test/admin/api/dies-answering.ts',
      env: { ...env, TANDEM_PORT: String(dying), DIES_AT: 'devices.createEnrolment' },
    })
    await first.ready()
    await using second = new Process({
      entry: 'admin/main.ts',
      env: { ...env, TANDEM_PORT: String(staying) },
    })
    await second.ready()
    await using proxy = await openTcpProxy([dying])
    const api = await openApi({ url: proxy.url, home: folder.path })
    const made = api.trpc.devices.createEnrolment.mutate({ name: 'pi', tier: 'local' })
    made.catch(() => undefined)
    expect(await first.ended).toBe('SIGKILL')
    expect(await enrolmentsIn(database.url)).toBe(1)
    proxy.targets = [staying]
    expect((await made).code).toMatch(/^[\w-]{22}$/)
    expect(await enrolmentsIn(database.url)).toBe(1)
  } finally {
    await database.drop()
  }
}, 90_000)

async function enrolmentsIn(url: string): Promise<number> {
  const database = connect(url)
  const { rows } = await database.pool.query('select count(*)::int as n from enrolment_codes')
  await database.close()
  return rows[0].n
}

test('models that are judged hold up no other call: their gate is asked before the transaction', async () => {
  const labels = await control.put(JSON.stringify(TINY_LABELS))
  const drafts = await Promise.all(
    Array.from({ length: 4 }, async (_, i) => {
      const shape = { side: 8 + i }
      const file = await control.put(tinyModel(shape))
      return { name: `judged-${i}`, file, labels, contract: tinyContract(shape) }
    }),
  )
  let judged = 0
  const create = async (draft: object) => {
    const answer = await call('models.create', draft, randomUUID())
    judged++
    return answer.status
  }
  // Twice as many as may hold a transaction, and each model twice: whoever came later would wait for five of them.
  const creating = Promise.all([...drafts, ...drafts].map(create))
  expect((await enrol('pi-meanwhile', randomUUID())).status).toBe(200)
  expect(judged).toBeLessThan(4)
  expect(await creating).toEqual(Array(8).fill(200))
})

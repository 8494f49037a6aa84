// Who may call what: the router itself says which procedures there are, so that a new one cannot be forgotten.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adminRouter } from '#admin/api/router.ts'
import { mintApiKey } from '#admin/api-key.ts'
import { revokeApiKeys } from '#db/queries/access.ts'
import { type Control, jsonBody, openControl } from './control-rig.ts'

type Procedure = { _def: { type: 'query' | 'mutation' } }

const procedures = Object.entries(adminRouter._def.procedures as unknown as Record<string, Procedure>).map(
  ([name, { _def }]) => ({ name, type: _def.type }),
)
const queries = procedures.filter((p) => p.type === 'query').map((p) => p.name)
/** Queries by nature that travel as POST; a viewer may ask them, and no line in the audit log is due. */
const QUERIES_BY_POST = ['artifacts.missing', 'models.inspect']
const mutations = procedures.filter((p) => p.type === 'mutation').map((p) => p.name)
const changing = mutations.filter((name) => !QUERIES_BY_POST.includes(name))

let control: Control
beforeAll(async () => {
  control = await openControl()
})
afterAll(() => control[Symbol.asyncDispose]())

async function call(name: string, token: string | undefined) {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const init = queries.includes(name) ? {} : jsonBody({})
  const answer = await control.request(`/trpc/${name}`, { ...init, headers: { ...init.headers, ...headers } })
  const text = await answer.text()
  return { status: answer.status, text, error: JSON.parse(text).error }
}

const auditLog = async () =>
  (await control.admin.decisions.audit.query({ limit: 1_000 })) as { action: string }[]

test('the walk finds the whole flow', () => {
  expect(queries).toContain('routers.list')
  expect(changing).toEqual(
    expect.arrayContaining(['models.create', 'routers.train', 'rollouts.promote', 'devices.revoke']),
  )
  for (const name of QUERIES_BY_POST) expect(mutations).toContain(name)
})

describe('every procedure is refused', () => {
  const strangers: [string, () => string | undefined][] = [
    ['without a key', () => undefined],
    ['with a key that is no key', () => 'tk_nonsense'],
    ['with a key of nobody', () => mintApiKey().token],
    ['with the right id and a wrong secret', () => `${control.keys.admin.slice(0, -43)}${'A'.repeat(43)}`],
  ]
  test.each(strangers)('%s', async (_, token) => {
    for (const { name } of procedures) {
      const { status, text, error } = await call(name, token())
      expect([name, status, error?.data.code]).toEqual([name, 401, 'UNAUTHORIZED'])
      expect(text).not.toMatch(/stack|node_modules|\.ts\b/)
    }
    expect(await auditLog()).toEqual([])
  })

  test('with a key that was revoked', async () => {
    const { id, token, hash } = mintApiKey()
    const { insertApiKey } = await import('#db/queries/access.ts')
    await insertApiKey(control.ctx.db, { id, name: 'gone', role: 'admin', hash })
    expect((await call('models.list', token)).status).toBe(200)
    await revokeApiKeys(control.ctx.db, 'gone')
    expect((await call('models.list', token)).status).toBe(401)
  })
})

describe('a viewer', () => {
  test.each(changing)('may not call %s', async (name) => {
    const { status, error } = await call(name, control.keys.viewer)
    expect([status, error?.data.code, error?.message]).toEqual([
      403,
      'FORBIDDEN',
      `Cannot call "${name}": role viewer may only read`,
    ])
  })

  test.each([...queries, ...QUERIES_BY_POST])('may ask %s', async (name) => {
    // Some of them miss their input here, which is another matter.
    expect([200, 400]).toContain((await call(name, control.keys.viewer)).status)
  })

  test('may not store artifacts', async () => {
    const answer = await control.request(`/artifacts/sha256:${'0'.repeat(64)}`, {
      method: 'PUT',
      body: 'bytes',
      headers: { authorization: `Bearer ${control.keys.viewer}` },
    })
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({ error: { code: 'forbidden' } })
  })
})

describe('the audit log', () => {
  test('has a line for every mutation, also for one that was refused', async () => {
    const before = (await auditLog()).length
    for (const name of changing) await call(name, control.keys.operator)
    const lines = (await auditLog()).slice(0, -before || undefined)
    expect(lines.map((line) => line.action).sort()).toEqual([...changing].sort())
    expect(lines).toContainEqual(
      expect.objectContaining({ actor: expect.stringMatching(/^the operator \([0-9a-f]{16}\)$/) }),
    )
  })

  test('says how a mutation ended and what it was asked', async () => {
    const { devices } = control.as(control.keys.operator)
    await devices.createEnrolment.mutate({ name: 'pi', tier: 'local' })
    await devices.revoke.mutate({ name: 'nobody' }).catch(() => undefined)
    await devices.revoke.mutate({ name: '' }).catch(() => undefined)
    const [blank, unknown, made] = await control.admin.decisions.audit.query({ limit: 3 })
    expect(made).toMatchObject({
      action: 'devices.createEnrolment',
      outcome: 'ok',
      input: { name: 'pi', tier: 'local' },
    })
    expect(unknown).toMatchObject({
      action: 'devices.revoke',
      outcome: 'NOT_FOUND',
      input: { name: 'nobody' },
    })
    expect(blank).toMatchObject({ action: 'devices.revoke', outcome: 'BAD_REQUEST' })
  })

  test('keeps what PostgreSQL cannot: NUL and half characters in a field that nobody reads', async () => {
    const input = { name: 'nobody', junk: 'a\0b\ud800c', long: 'x'.repeat(100_000) }
    await control.admin.devices.revoke.mutate(input).catch(() => undefined)
    const [line] = await control.admin.decisions.audit.query({ limit: 1 })
    expect(line).toMatchObject({ action: 'devices.revoke', outcome: 'NOT_FOUND' })
    expect(JSON.stringify(line).length).toBeLessThan(5_000)
  })
})

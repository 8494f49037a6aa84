// Who may call what: every procedure of the router, and every plain route, for every kind of caller. The router itself
// says which procedures there are, so that a new one cannot be forgotten; the table says who may call it.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adminRouter } from '#admin/api/router.ts'
import { mintApiKey } from '#admin/api-key.ts'
import { mayCall } from '#admin/auth/actor.ts'
import { PERMISSIONS, requirePermissionsOf } from '#admin/auth/permissions.ts'
import { insertApiKey, type Role, revokeApiKeys } from '#db/queries/access.ts'
import { type Control, jsonBody, openControl } from './control-rig.ts'

type Procedure = { _def: { type: 'query' | 'mutation' | 'subscription' } }

const procedures = Object.entries(adminRouter._def.procedures as unknown as Record<string, Procedure>).map(
  ([name, { _def }]) => ({ name, type: _def.type }),
)
const names = procedures.map((p) => p.name)
const routes = Object.keys(PERMISSIONS).filter((path) => path.includes(' '))
const ROLES = ['viewer', 'operator', 'admin'] as const
const PASSWORD = 'correct horse battery staple'

/** Queries by nature that travel as POST: no line in the audit log is due. */
const QUERIES_BY_POST = ['artifacts.missing', 'models.inspect']
const changing = procedures
  .filter(({ name, type }) => type === 'mutation' && !QUERIES_BY_POST.includes(name))
  .map((p) => p.name)

let control: Control
/** Headers by which a caller shows who they are. */
const callers: Record<string, Record<string, string>> = {}

beforeAll(async () => {
  control = await openControl()
  for (const role of ROLES) {
    callers[`key of role ${role}`] = bearer(control.keys[role])
    callers[`user of role ${role}`] = await userOf(role, role)
  }
  callers['no credentials'] = {}
  callers['a key that is no key'] = bearer('tk_nonsense')
  callers['a key of nobody'] = bearer(mintApiKey().token)
  callers['the right id and a wrong secret'] = bearer(`${control.keys.admin.slice(0, -43)}${'A'.repeat(43)}`)
  callers['an expired key'] = bearer(await keyOf('expired', { expiresAt: new Date(Date.now() - 1_000) }))
  callers['a revoked key'] = bearer(await keyOf('revoked', {}))
  await revokeApiKeys(control.ctx.db, 'revoked')
  callers['a key with the scopes models and rollouts.promote'] = bearer(
    await keyOf('scoped', { scopes: ['models', 'rollouts.promote'] }),
  )
  callers['a disabled user'] = await userOf('gone', 'admin')
  await control.admin.users.disable.mutate({ user: 'gone' })
  callers['a cookie that nobody signed'] = cookieOf('tandem.session_token=abc.def')
})
afterAll(() => control[Symbol.asyncDispose]())

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const cookieOf = (cookie: string) => ({ cookie, origin: 'http://localhost', host: 'localhost' })

async function keyOf(name: string, more: { scopes?: string[]; expiresAt?: Date }): Promise<string> {
  const { id, token, hash } = mintApiKey()
  await insertApiKey(control.ctx.db, { id, name, role: 'admin', hash, ...more })
  return token
}

/** Signs in, and keeps the session's cookie without the one that is believed for a minute. */
async function userOf(username: string, role: Role): Promise<Record<string, string>> {
  await control.admin.users.add.mutate({ username, role, password: PASSWORD })
  const answer = await control.request('/auth/sign-in/username', jsonBody({ username, password: PASSWORD }))
  const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('tandem.session_token='))
  return cookieOf(cookie!.split(';')[0]!)
}

interface Shape {
  readonly data: { readonly code: string; readonly httpStatus: number }
}

async function call({ name, type }: (typeof procedures)[number], headers: Record<string, string>) {
  if (type === 'subscription') return watch(name, headers)
  const init = type === 'mutation' ? jsonBody({}) : {}
  const answer = await control.request(`/trpc/${name}`, { ...init, headers: { ...init.headers, ...headers } })
  const text = await answer.text()
  const error = JSON.parse(text).error as Shape | undefined
  return { status: answer.status, text, code: error?.data.code }
}

/** A stream is open before it is refused, and the refusal its first event. With input of the wrong type each has one. */
async function watch(name: string, headers: Record<string, string>) {
  const answer = await control.request(`/trpc/${name}?input=%22none%22`, {
    headers: { accept: 'text/event-stream', ...headers },
  })
  let text = ''
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const [, data] = /event: serialized-error\ndata: (.*)\n/.exec(text) ?? []
    if (data === undefined) continue
    const { code, httpStatus } = (JSON.parse(data) as Shape).data
    return { status: httpStatus, text, code }
  }
  throw new Error(`${name} ended without a word: ${text}`)
}

async function ask(route: string, headers: Record<string, string>): Promise<number> {
  const [method, path] = route.split(' ') as [string, string]
  const url = path.replace(':digest', `sha256:${'0'.repeat(64)}`).replace(/[:*]\w*/g, 'x')
  const body = ['PUT', 'POST', 'PATCH'].includes(method) ? { body: 'bytes' } : {}
  const answer = await control.request(url, { method, headers, ...body })
  await answer.body?.cancel()
  return answer.status
}

const lines = async (limit = 1_000) => (await control.admin.audit.list.query({ limit })).items

describe('the table', () => {
  test('has a line for every procedure and for nothing else', () => {
    expect(
      Object.keys(PERMISSIONS)
        .filter((path) => !path.includes(' '))
        .sort(),
    ).toEqual([...names].sort())
    expect(names).toEqual(expect.arrayContaining(['routers.list', 'rollouts.promote', 'users.add']))
  })

  test('says why of everything, and opens nothing but what is meant to be', () => {
    for (const { why } of Object.values(PERMISSIONS)) expect(why).not.toBe('')
    const open = Object.keys(PERMISSIONS).filter((path) => PERMISSIONS[path]!.least === 'anyone')
    expect(open.filter((path) => !path.startsWith('GET /')).sort()).toEqual([
      'session.redeem',
      'session.setUp',
      'session.whoami',
    ])
    for (const path of open) expect(path).not.toMatch(/artifacts|captures|metrics|[*]/)
  })

  test('lets a viewer change nothing', () => {
    const allowed = changing.filter((name) => PERMISSIONS[name]!.least === 'viewer')
    expect(allowed).toEqual([])
  })

  test('refuses to start without a line, and says which and where', () => {
    expect(() => requirePermissionsOf(['models.list', 'models.destroy'])).toThrow(
      /Cannot serve "models.destroy": no role is set for it, expected a line .* in admin\/auth\/permissions.ts/,
    )
  })
})

describe('every procedure and route', () => {
  const strangers = [
    'no credentials',
    'a key that is no key',
    'a key of nobody',
    'the right id and a wrong secret',
    'an expired key',
    'a revoked key',
    'a disabled user',
    'a cookie that nobody signed',
  ]
  test.each(strangers)('refuses %s', async (caller) => {
    const before = (await lines()).length
    for (const procedure of procedures) {
      if (PERMISSIONS[procedure.name]!.least === 'anyone') continue
      const { status, text, code } = await call(procedure, callers[caller]!)
      expect([procedure.name, status, code]).toEqual([procedure.name, 401, 'UNAUTHORIZED'])
      expect(text).not.toMatch(/stack|node_modules|\.ts\b/)
    }
    for (const route of routes)
      if (PERMISSIONS[route]!.least !== 'anyone')
        expect([route, await ask(route, callers[caller]!)]).toEqual([route, 401])
    expect((await lines()).length).toBe(before)
  })

  const known = ROLES.flatMap((role) =>
    (['key', 'user'] as const).map((kind) => ({ role, kind, caller: `${kind} of role ${role}` })),
  )
  test.each(known)('lets a $kind of role $role do what the table says', async ({ role, kind, caller }) => {
    const actor = { kind, id: 'x', name: 'x', role, scopes: null }
    for (const procedure of procedures) {
      const { status, code } = await call(procedure, callers[caller]!)
      if (mayCall(actor, procedure.name))
        // Most miss their input here, which is another matter.
        expect([procedure.name, status === 401 || status === 403 || status >= 500]).toEqual([
          procedure.name,
          false,
        ])
      else expect([procedure.name, status, code]).toEqual([procedure.name, 403, 'FORBIDDEN'])
    }
    for (const route of routes) {
      const status = await ask(route, callers[caller]!)
      if (mayCall(actor, route)) expect([route, [401, 403].includes(status)]).toEqual([route, false])
      else expect([route, status]).toEqual([route, 403])
    }
  })

  test('keeps a key within its scopes', async () => {
    const headers = callers['a key with the scopes models and rollouts.promote']!
    for (const procedure of procedures) {
      const { status } = await call(procedure, headers)
      const isIn = procedure.name.startsWith('models.') || procedure.name === 'rollouts.promote'
      const isOpen = PERMISSIONS[procedure.name]!.least === 'anyone'
      expect([procedure.name, status === 403]).toEqual([procedure.name, !isIn && !isOpen])
    }
  })
})

describe('the audit log', () => {
  test('has a line for every mutation, also for one that was refused', async () => {
    const before = (await lines()).length
    for (const procedure of procedures)
      if (changing.includes(procedure.name)) await call(procedure, bearer(control.keys.operator))
    const added = (await lines()).slice(0, -before)
    expect(added.map((line) => line.action).sort()).toEqual([...changing].sort())
    expect(added).toContainEqual(
      expect.objectContaining({ actor: expect.stringMatching(/^the operator \([0-9a-f]{16}\)$/) }),
    )
    expect(added).toContainEqual(expect.objectContaining({ action: 'users.add', outcome: 'FORBIDDEN' }))
  })

  test('says how a mutation ended and what it was asked', async () => {
    const { devices } = control.as(control.keys.operator)
    await devices.createEnrolment.mutate({ name: 'pi', tier: 'local' })
    await devices.revoke.mutate({ name: 'nobody' }).catch(() => undefined)
    await devices.revoke.mutate({ name: '' }).catch(() => undefined)
    const [blank, unknown, made] = await lines(3)
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
    const [line] = await lines(1)
    expect(line).toMatchObject({ action: 'devices.revoke', outcome: 'NOT_FOUND' })
    expect(JSON.stringify(line).length).toBeLessThan(5_000)
  })
})

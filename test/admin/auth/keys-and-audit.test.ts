// Robots' keys from making to revoking, and what the audit log tells: who, from where, what it was and what it is.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRecorder } from '#admin/auth/audit.ts'
import { type Control, refusalOf } from '../control-rig.ts'
import { type AuthRig, openAuthRig, signedIn } from './auth-rig.ts'

let rig: AuthRig
let control: Control
beforeAll(async () => {
  rig = await openAuthRig()
  control = rig.control
})
afterAll(() => rig[Symbol.asyncDispose]())

const add = (more: Partial<Parameters<Control['admin']['apiKeys']['add']['mutate']>[0]>) =>
  control.admin.apiKeys.add.mutate({ name: 'a robot', role: 'operator', ...more })
const status = async (token: string, path = 'models.list') =>
  (await control.request(`/trpc/${path}`, { headers: { authorization: `Bearer ${token}` } })).status
const audit = async (filter: Parameters<Control['admin']['audit']['list']['query']>[0] = {}) =>
  (await control.admin.audit.list.query(filter)).items

describe('a key', () => {
  test('is shown once, kept as a hash, and good until it is revoked', async () => {
    const key = await add({ name: 'ci' })
    expect(await status(key.token)).toBe(200)
    const { rows } = await control.database.pool.query('select * from api_keys where id = $1', [key.id])
    expect(JSON.stringify(rows)).not.toContain(key.token.slice(-43))
    expect(
      (await control.admin.apiKeys.list.query({})).items.find(({ id }) => id === key.id),
    ).not.toHaveProperty('hash')
    expect(await control.admin.apiKeys.revoke.mutate({ key: 'ci' })).toMatchObject({
      id: key.id,
      revoked: true,
    })
    expect(await status(key.token)).toBe(401)
    expect(await refusalOf(control.admin.apiKeys.revoke.mutate({ key: 'ci' }))).toMatchObject({
      code: 'NOT_FOUND',
    })
    const all = (await control.admin.apiKeys.list.query({ all: true })).items
    expect(all.find(({ id }) => id === key.id)?.revokedAt).not.toBeNull()
  })

  test('of a name that several have is revoked by its id alone', async () => {
    const [one, other] = [await add({ name: 'twin' }), await add({ name: 'twin' })]
    expect(await refusalOf(control.admin.apiKeys.revoke.mutate({ key: 'twin' }))).toMatchObject({
      code: 'CONFLICT',
    })
    await control.admin.apiKeys.revoke.mutate({ key: one.id })
    expect([await status(one.token), await status(other.token)]).toEqual([401, 200])
  })

  test('expires', async () => {
    const key = await add({ expiresInDays: 1 })
    expect(await status(key.token)).toBe(200)
    await control.database.pool.query(
      "update api_keys set expires_at = now() - interval '1 second' where id = $1",
      [key.id],
    )
    expect(await status(key.token)).toBe(401)
    expect((await control.admin.apiKeys.list.query({})).items.map(({ id }) => id)).not.toContain(key.id)
  })

  test('tells when it was used last, to the minute', async () => {
    const key = await add({})
    const lastUsed = async () =>
      (await control.admin.apiKeys.list.query({})).items.find(({ id }) => id === key.id)!.lastUsedAt
    expect(await lastUsed()).toBeNull()
    await status(key.token)
    const first = await lastUsed()
    expect(first).not.toBeNull()
    await status(key.token)
    expect(await lastUsed()).toBe(first)
  })

  test('with scopes may do no more than they say, and unknown ones are refused', async () => {
    const key = await add({ role: 'operator', scopes: ['artifacts', 'models.create'] })
    expect(await status(key.token)).toBe(403)
    const digest = `sha256:${'0'.repeat(64)}`
    const put = await control.request(`/artifacts/${digest}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${key.token}` },
      body: 'bytes that are not what they are called',
    })
    expect(put.status).toBe(400)
    expect(await control.as(key.token).artifacts.missing.mutate({ digests: [digest] })).toEqual([digest])
    expect(await refusalOf(add({ scopes: ['model'] }))).toMatchObject({
      code: 'BAD_REQUEST',
      fields: [{ path: 'scopes' }],
    })
  })
})

describe('the audit log', () => {
  test('tells who by session, from where, and what a thing was before', async () => {
    const ana = await signedIn(rig, 'ana', 'admin')
    const { user } = await ana.api.users.add.mutate({ username: 'ben', role: 'viewer' })
    await ana.api.users.setRole.mutate({ user: 'ben', role: 'operator' })
    const [line] = await audit({ subject: `user ${user.id}` })
    const me = (await ana.api.session.whoami.query()).actor!
    expect(line).toMatchObject({
      actor: `ana (${me.id})`,
      actorId: me.id,
      address: ana.address,
      action: 'users.setRole',
      outcome: 'ok',
      input: { user: 'ben', role: 'operator' },
      before: { username: 'ben', role: 'viewer' },
      after: { username: 'ben', role: 'operator' },
    })
    expect((await audit({ actorId: me.id })).map((l) => l.action)).toEqual([
      'users.setRole',
      'users.add',
      'session.signIn',
    ])
  })

  test('tells who came in, who failed to and who left', async () => {
    const cy = await signedIn(rig, 'cy', 'viewer')
    await cy.signIn('cy', 'a wrong password')
    await cy.post('/auth/sign-out', {})
    const [left, failed, came] = await audit({ action: 'session', limit: 3 })
    expect(left).toMatchObject({
      action: 'session.signOut',
      outcome: 'ok',
      actor: expect.stringMatching(/^cy /),
    })
    expect(failed).toMatchObject({
      action: 'session.signIn',
      actor: 'nobody',
      input: { name: 'cy' },
      address: cy.address,
    })
    expect(failed!.outcome).toMatch(/INVALID/)
    expect(came).toMatchObject({
      action: 'session.signIn',
      outcome: 'ok',
      actor: expect.stringMatching(/^cy /),
    })
  })

  test('has filters, and pages that neither repeat nor leave out', async () => {
    const all = await audit({ limit: 1_000 })
    const paged: number[] = []
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<typeof control.admin.audit.list.query>> =
        await control.admin.audit.list.query({ limit: 3, cursor })
      paged.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(paged).toEqual(all.map(({ id }) => id))
    const actions = new Set((await audit({ action: 'users' })).map((l) => l.action))
    expect([...actions].every((action) => action.startsWith('users.'))).toBe(true)
    expect(await audit({ action: 'user' })).toEqual([])
    expect(await audit({ action: 'users%' })).toEqual([])
    expect(await audit({ since: new Date(Date.now() + 60_000).toISOString() })).toEqual([])
    expect((await audit({ outcome: 'NOT_FOUND' })).every((l) => l.outcome === 'NOT_FOUND')).toBe(true)
  })

  test('has no secrets, at whatever depth and in whatever shape they come', async () => {
    const key = await add({ name: 'quiet' })
    const { code } = await control.admin.users.resetPassword.mutate({ user: 'ben' })
    const log = JSON.stringify(await audit({ limit: 1_000 }))
    for (const secret of [key.token, key.token.slice(-43), code]) expect(log).not.toContain(secret)
    const recorder = openRecorder()
    recorder.changed('x 1', null, {
      list: [{ password: 'p1', keep: 'k' }],
      hash: Buffer.from('p2'),
      nested: { newPassword: 'p3', clientSecret: 'p4', token: 'p5', code: 'p6' },
      bytes: Buffer.from('p7'),
    })
    const text = JSON.stringify(recorder.changes)
    expect(text).toContain('"keep":"k"')
    expect(text).not.toMatch(/p\d/)
  })

  test('a change that was refused in the end is no change', async () => {
    await control.admin.users.disable.mutate({ user: 'ana' }).catch(() => undefined)
    const [line] = await audit({ action: 'users.disable', limit: 1 })
    expect(line).toMatchObject({ outcome: 'CONFLICT', subject: null, before: null, after: null })
  })
})

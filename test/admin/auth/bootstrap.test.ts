// The first user of an empty installation: by a code in a file, once, whoever races for it; and new passwords by codes
// of admins.

import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ensureSetUpCode } from '#admin/auth/one-time-code.ts'
import { refusalOf } from '../control-rig.ts'
import { type AuthRig, Browser, openAuthRig, PASSWORD, signedIn } from './auth-rig.ts'

let rig: AuthRig
let home: string
beforeEach(async () => {
  rig = await openAuthRig()
  home = await mkdtemp(path.join(os.tmpdir(), 'tandem-set-up-'))
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
  await rm(home, { recursive: true, force: true })
})

const db = () => rig.control.ctx.db
const pool = () => rig.control.database.pool
const browserAt = () => new Browser(rig.replicas[0]!.url)
const codeIn = async (folder: string) =>
  (await readFile((await ensureSetUpCode(db(), folder))!, 'utf8')).trim()
const draft = (code: string, username = 'ana') => ({ code, username, password: PASSWORD })

describe('set-up', () => {
  test('by the code of a first start makes an admin, who signs in', async () => {
    const stranger = browserAt()
    expect(await stranger.api.session.whoami.query()).toMatchObject({ actor: null, needsSetUp: true })
    const code = await codeIn(home)
    expect((await stat(path.join(home, 'set-up.code'))).mode & 0o777).toBe(0o600)
    expect(await stranger.api.session.setUp.mutate(draft(code))).toMatchObject({
      username: 'ana',
      role: 'admin',
    })
    expect((await stranger.signIn('ana')).status).toBe(200)
    expect(await stranger.api.session.whoami.query()).toMatchObject({
      actor: { name: 'ana', role: 'admin' },
      needsSetUp: false,
    })
    expect((await stranger.api.users.list.query()).items).toMatchObject([
      { username: 'ana', createdBy: 'set-up' },
    ])
  })

  test('is not repeated: the code is spent, its file goes, and a later start makes none', async () => {
    const code = await codeIn(home)
    await browserAt().api.session.setUp.mutate(draft(code))
    expect(await refusalOf(browserAt().api.session.setUp.mutate(draft(code, 'eve')))).toMatchObject({
      code: 'CONFLICT',
    })
    expect(await ensureSetUpCode(db(), home)).toBeUndefined()
    await expect(readFile(path.join(home, 'set-up.code'))).rejects.toThrow('ENOENT')
  })

  test('a spent code is spent even where the user has gone', async () => {
    const code = await codeIn(home)
    await browserAt().api.session.setUp.mutate(draft(code))
    await pool().query('alter table users disable trigger users_keep_audited')
    await pool().query('delete from users')
    expect(await refusalOf(browserAt().api.session.setUp.mutate(draft(code, 'eve')))).toMatchObject({
      code: 'FORBIDDEN',
    })
  })

  test('of twenty at once, with the codes of two control planes, one wins', async () => {
    const elsewhere = path.join(home, 'elsewhere')
    const codes = [await codeIn(home), await codeIn(elsewhere)]
    const ends = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) =>
        browserAt().api.session.setUp.mutate(draft(codes[i % 2]!, `user${i}`)),
      ),
    )
    expect(ends.filter((end) => end.status === 'fulfilled')).toHaveLength(1)
    const { rows } = await pool().query('select count(*)::int as users from users')
    expect(rows).toEqual([{ users: 1 }])
  })

  test('a code that failed for another reason is good still', async () => {
    const code = await codeIn(home)
    const api = browserAt().api
    expect(
      (await refusalOf(api.session.setUp.mutate({ ...draft(code), password: 'short' }))).fields,
    ).toMatchObject([{ path: 'password' }])
    expect(
      (await refusalOf(api.session.setUp.mutate({ ...draft(code), username: 'No Name' }))).fields,
    ).toMatchObject([{ path: 'username' }])
    await api.session.setUp.mutate(draft(code))
  })

  test('a start keeps a code that is good, and makes another when it has expired', async () => {
    const code = await codeIn(home)
    expect(await codeIn(home)).toBe(code)
    await pool().query("update one_time_codes set expires_at = now() - interval '1 second'")
    expect(await refusalOf(browserAt().api.session.setUp.mutate(draft(code)))).toMatchObject({
      code: 'FORBIDDEN',
    })
    const next = await codeIn(home)
    expect(next).not.toBe(code)
    await browserAt().api.session.setUp.mutate(draft(next))
  })

  test('a user who is added by the key of the first start ends it as well', async () => {
    const code = await codeIn(home)
    await rig.control.admin.users.add.mutate({ username: 'ana', role: 'viewer', password: PASSWORD })
    expect(await refusalOf(browserAt().api.session.setUp.mutate(draft(code, 'eve')))).toMatchObject({
      code: 'CONFLICT',
    })
  })

  test('neither codes nor passwords are in the audit log or the program log', async () => {
    const code = await codeIn(home)
    await browserAt().api.session.setUp.mutate(draft(code))
    const log =
      JSON.stringify((await rig.control.admin.audit.list.query({})).items) + rig.control.log.join('\n')
    expect(log).toContain('session.setUp')
    for (const secret of [code, PASSWORD]) expect(log).not.toContain(secret)
  })

  test('guessing is slowed down, for one address', async () => {
    const code = await codeIn(home)
    const eve = browserAt()
    const ends = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const answer = await eve.post('/trpc/session.setUp', draft(`no-${i}`))
        return answer.status
      }),
    )
    expect(ends.filter((status) => status === 403).length).toBeGreaterThanOrEqual(20)
    expect(ends).toContain(429)
    await browserAt().api.session.setUp.mutate(draft(code))
  })
})

describe('a new password', () => {
  test('by a code of an admin, once; it ends what sessions there are', async () => {
    const ben = await signedIn(rig, 'ben', 'viewer')
    const { code } = await rig.control.admin.users.resetPassword.mutate({ user: 'ben' })
    const stranger = browserAt()
    const password = 'a password of my own'
    await stranger.api.session.redeem.mutate({ code, password })
    expect(await refusalOf(stranger.api.session.redeem.mutate({ code, password }))).toMatchObject({
      code: 'FORBIDDEN',
      message: 'Cannot set a password: the code is unknown, used or expired, expected a new one',
    })
    ben.cookies.delete('tandem.session_data')
    expect((await ben.fetch('/trpc/models.list')).status).toBe(401)
    expect((await browserAt().signIn('ben')).status).toBe(401)
    expect((await browserAt().signIn('ben', password)).status).toBe(200)
  })

  test('a user without a password gets a code with it, and a later code replaces it', async () => {
    const made = await rig.control.admin.users.add.mutate({ username: 'mia', role: 'operator' })
    expect((await browserAt().signIn('mia', '')).status).toBe(401)
    const later = await rig.control.admin.users.resetPassword.mutate({ user: 'mia' })
    const redeem = (code: string) => browserAt().api.session.redeem.mutate({ code, password: PASSWORD })
    expect(await refusalOf(redeem(made.code!))).toMatchObject({ code: 'FORBIDDEN' })
    await redeem(later.code)
    expect((await browserAt().signIn('mia')).status).toBe(200)
  })

  test('a disabled user has no use for a code', async () => {
    const { code } = await rig.control.admin.users.add.mutate({ username: 'mia', role: 'operator' })
    await rig.control.admin.users.disable.mutate({ user: 'mia' })
    expect(
      await refusalOf(browserAt().api.session.redeem.mutate({ code: code!, password: PASSWORD })),
    ).toMatchObject({ code: 'FORBIDDEN' })
    expect(await refusalOf(rig.control.admin.users.resetPassword.mutate({ user: 'mia' }))).toMatchObject({
      code: 'CONFLICT',
    })
  })
})

describe('users', () => {
  test('the last admin who could sign in is neither disabled nor demoted, by two at once either', async () => {
    const add = (username: string) =>
      rig.control.admin.users.add.mutate({ username, role: 'admin', password: PASSWORD })
    await add('ana')
    await add('ben')
    const ends = await Promise.allSettled([
      rig.control.admin.users.disable.mutate({ user: 'ana' }),
      rig.control.admin.users.setRole.mutate({ user: 'ben', role: 'viewer' }),
    ])
    expect(ends.map((end) => end.status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('are not deleted once the audit log names them', async () => {
    const { user } = await rig.control.admin.users.add.mutate({ username: 'ana', role: 'admin' })
    await expect(pool().query('delete from users where id = $1', [user.id])).rejects.toThrow(
      'the audit log names them, expected them to be disabled',
    )
    await expect(pool().query('delete from audit_log')).rejects.toThrow('its lines are only added')
  })

  test('have names of their own', async () => {
    await rig.control.admin.users.add.mutate({ username: 'ana', role: 'admin', email: 'ana@example.org' })
    expect(
      await refusalOf(rig.control.admin.users.add.mutate({ username: 'ANA', role: 'viewer' })),
    ).toMatchObject({ code: 'CONFLICT' })
    expect(
      await refusalOf(
        rig.control.admin.users.add.mutate({ username: 'eve', role: 'viewer', email: 'ANA@example.org' }),
      ),
    ).toMatchObject({ code: 'CONFLICT' })
    expect((await rig.control.admin.users.list.query({ limit: 1 })).items).toMatchObject([
      { username: 'ana', email: 'ana@example.org', sessions: 0 },
    ])
  })
})

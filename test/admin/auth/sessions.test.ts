// People by session, over sockets: cookies, what a page of another origin may do with them, and how soon a user who is
// shut out is out.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { refusalOf } from '../control-rig.ts'
import { type AuthRig, Browser, openAuthRig, PASSWORD, signedIn } from './auth-rig.ts'

let rig: AuthRig
beforeAll(async () => {
  rig = await openAuthRig()
})
afterAll(() => rig[Symbol.asyncDispose]())

const browserAt = () => new Browser(rig.replicas[0]!.url)

describe('signing in', () => {
  test('gives cookies that no script reads and no other site sends', async () => {
    await rig.control.admin.users.add.mutate({ username: 'Ana', role: 'viewer', password: PASSWORD })
    const answer = await browserAt().signIn('ana')
    expect(answer.status).toBe(200)
    const lines = answer.headers.getSetCookie()
    expect(lines.map((line) => line.split('=')[0]).sort()).toEqual([
      'tandem.session_data',
      'tandem.session_token',
    ])
    for (const line of lines) {
      expect(line).toMatch(/HttpOnly/i)
      expect(line).toMatch(/SameSite=Strict/i)
      expect(line).not.toMatch(/Secure/i)
    }
  })

  test('by e-mail address as well', async () => {
    await rig.control.admin.users.add.mutate({
      username: 'mia',
      email: 'Mia@Example.org',
      role: 'viewer',
      password: PASSWORD,
    })
    const answer = await browserAt().post('/auth/sign-in/email', {
      email: 'mia@example.org',
      password: PASSWORD,
    })
    expect(answer.status).toBe(200)
  })

  test('says of a wrong password what it says of nobody', async () => {
    const wrong = await browserAt().signIn('ana', 'not the password')
    const nobody = await browserAt().signIn('nobody', 'not the password')
    expect([wrong.status, nobody.status]).toEqual([401, 401])
    expect(await wrong.json()).toEqual(await nobody.json())
  })

  test('is not signing up, nor anything else that better-auth could do', async () => {
    const stranger = browserAt()
    for (const path of [
      '/auth/sign-up/email',
      '/auth/update-user',
      '/auth/change-email',
      '/auth/delete-user',
      '/auth/is-username-available',
      '/auth/request-password-reset',
      '/auth/reset-password',
      '/auth/link-social',
      '/auth/sign-in/social',
      '/auth/two-factor/send-otp',
      '/auth/__proto__',
    ])
      expect([path, (await stranger.post(path, { username: 'ana' })).status]).toEqual([path, 404])
  })

  test('who am I: role, name and what the table lets them do', async () => {
    const ben = await signedIn(rig, 'ben', 'operator')
    const { actor, may } = await ben.api.session.whoami.query()
    expect(actor).toMatchObject({ kind: 'user', name: 'ben', role: 'operator' })
    expect(may).toEqual(expect.arrayContaining(['models.list', 'rollouts.promote']))
    expect(may).not.toContain('users.add')
    expect(await browserAt().api.session.whoami.query()).toMatchObject({
      actor: null,
      may: expect.not.arrayContaining(['models.list']),
      needsSetUp: false,
    })
  })
})

describe('a page of another origin', () => {
  const call = { name: 'x', tier: 'local' }
  test.each<[string, Record<string, string>, number]>([
    ['of this origin', {}, 200],
    ['of another site', { origin: 'https://evil.example' }, 403],
    ['of another port of the same host', { origin: 'http://127.0.0.1:1' }, 403],
    ['of a name that only begins as ours', { origin: 'http://127.0.0.1.evil.example' }, 403],
    ['of nowhere, as a sandboxed frame says', { origin: 'null' }, 403],
    ['that tells no origin', { origin: 'none' }, 403],
    [
      'that tells no origin and comes from the same site',
      { origin: 'none', 'sec-fetch-site': 'same-site' },
      403,
    ],
  ])('%s: %j', async (_, headers, status) => {
    const username = `op${Math.random().toString(36).slice(2, 8)}`
    const browser = await signedIn(rig, username, 'operator')
    const answer = await browser.post('/trpc/devices.createEnrolment', { ...call, name: username }, headers)
    expect(answer.status).toBe(status)
    if (status === 403) {
      const { error } = (await answer.json()) as { error: { data: unknown; message: string } }
      expect(error.data).toMatchObject({ code: 'FORBIDDEN' })
      expect(error.message).toMatch(/^Cannot take the call/)
    }
    const signOut = await browser.post('/auth/sign-out', {}, headers)
    expect(signOut.status).toBe(status)
  })

  test('reads nothing either, where the browser says that it asks', async () => {
    const eve = await signedIn(rig, 'eve', 'viewer')
    for (const site of ['cross-site', 'same-site'])
      expect((await eve.fetch('/trpc/models.list', { headers: { 'sec-fetch-site': site } })).status).toBe(403)
    expect(
      (await eve.fetch('/trpc/models.list', { headers: { 'sec-fetch-site': 'same-origin' } })).status,
    ).toBe(200)
  })

  test('is allowed nothing by CORS', async () => {
    const preflight = await browserAt().fetch('/trpc/devices.createEnrolment', {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    })
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('cannot change anything by GET', async () => {
    const gil = await signedIn(rig, 'gil', 'operator')
    const input = encodeURIComponent(JSON.stringify({ ...call, name: 'gil' }))
    expect((await gil.fetch(`/trpc/devices.createEnrolment?input=${input}`)).status).toBe(405)
  })

  test('does not sign a browser in as somebody else', async () => {
    const answer = await browserAt().post(
      '/auth/sign-in/username',
      { username: 'ana', password: PASSWORD },
      { origin: 'https://evil.example' },
    )
    expect(answer.status).toBe(403)
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  test('does not matter to an API key, which no browser sends by itself', async () => {
    const answer = await browserAt().fetch('/trpc/models.list', {
      headers: { authorization: `Bearer ${rig.control.keys.viewer}`, origin: 'https://evil.example' },
    })
    expect(answer.status).toBe(200)
  })
})

describe('a public address', () => {
  test('with https makes cookies Secure, and its origin the only one', async () => {
    await using secure = await openAuthRig({ publicUrl: 'https://tandem.example.org/' })
    await secure.control.admin.users.add.mutate({ username: 'ana', role: 'operator', password: PASSWORD })
    const { url } = secure.replicas[0]!
    const inside = new Browser(url, 'https://tandem.example.org')
    const answer = await inside.signIn('ana')
    expect(answer.status).toBe(200)
    for (const line of answer.headers.getSetCookie()) expect(line).toMatch(/^__Secure-tandem\..*; Secure/i)
    expect((await inside.post('/trpc/devices.createEnrolment', { name: 'pi', tier: 'local' })).status).toBe(
      200,
    )
    for (const origin of [
      new URL(url).origin,
      'http://tandem.example.org',
      'https://tandem.example.org:8443',
    ])
      expect(
        (await inside.post('/trpc/devices.createEnrolment', { name: 'p2', tier: 'local' }, { origin }))
          .status,
      ).toBe(403)
  })
})

describe('shut out', () => {
  test('a disabled user changes nothing from that moment on, and cannot sign in', async () => {
    const zoe = await signedIn(rig, 'zoe', 'operator')
    await zoe.api.devices.createEnrolment.mutate({ name: 'zoe-1', tier: 'local' })
    await rig.control.admin.users.disable.mutate({ user: 'zoe' })
    expect(
      await refusalOf(zoe.api.devices.createEnrolment.mutate({ name: 'zoe-2', tier: 'local' })),
    ).toMatchObject({
      code: 'UNAUTHORIZED',
    })
    const again = await browserAt().signIn('zoe')
    expect([again.status, await again.json()]).toMatchObject([403, { code: 'USER_DISABLED' }])
    await rig.control.admin.users.enable.mutate({ user: 'zoe' })
    expect((await browserAt().signIn('zoe')).status).toBe(200)
  })

  test('reading goes on for as long as the cookie is believed, and no longer', async () => {
    const yan = await signedIn(rig, 'yan', 'viewer')
    await rig.control.admin.users.disable.mutate({ user: 'yan' })
    expect((await yan.fetch('/trpc/models.list')).status).toBe(200)
    // What a browser does after a minute, by the cookie's Max-Age.
    yan.cookies.delete('tandem.session_data')
    expect((await yan.fetch('/trpc/models.list')).status).toBe(401)
  })

  test('a cookie that is believed no longer is not believed because a browser keeps it', async () => {
    const { COOKIE_CACHE_S } = await import('#admin/auth/open-auth.ts')
    const xia = await signedIn(rig, 'xia', 'viewer')
    const data = JSON.parse(
      Buffer.from(decodeURIComponent(xia.cookies.get('tandem.session_data')!), 'base64url').toString(),
    ) as { expiresAt: number }
    expect(data.expiresAt - Date.now()).toBeLessThanOrEqual(COOKIE_CACHE_S * 1_000)
    // Somebody who moves the end in their own cookie has broken its signature.
    const forged = Buffer.from(JSON.stringify({ ...data, expiresAt: data.expiresAt + 86_400_000 })).toString(
      'base64url',
    )
    xia.cookies.set('tandem.session_data', forged)
    await rig.control.admin.users.disable.mutate({ user: 'xia' })
    expect((await xia.fetch('/trpc/models.list')).status).toBe(401)
  })

  test('a role that was taken away is gone at the next change', async () => {
    await rig.control.admin.users.add.mutate({ username: 'root', role: 'admin', password: PASSWORD })
    const wim = await signedIn(rig, 'wim', 'admin')
    await rig.control.admin.users.setRole.mutate({ user: 'wim', role: 'viewer' })
    expect(await refusalOf(wim.api.users.disable.mutate({ user: 'ana' }))).toMatchObject({
      code: 'FORBIDDEN',
    })
  })
})

describe('a session', () => {
  test('costs no look-up while its cookie is believed', async () => {
    const vic = await signedIn(rig, 'vic', 'viewer')
    const { pool } = rig.control.database
    await pool.query('alter table sessions rename to sessions_away')
    try {
      expect((await vic.fetch('/trpc/session.whoami')).status).toBe(200)
    } finally {
      await pool.query('alter table sessions_away rename to sessions')
    }
  })

  test('is renewed by the admin API when its cookie has run out', async () => {
    const uma = await signedIn(rig, 'uma', 'viewer')
    uma.cookies.delete('tandem.session_data')
    expect((await uma.fetch('/trpc/models.list')).status).toBe(200)
    expect([...uma.cookies.keys()]).toContain('tandem.session_data')
  })

  test('is listed and ended by its user', async () => {
    const here = await signedIn(rig, 'tom', 'viewer')
    const there = browserAt()
    await there.signIn('tom')
    const list = (await (await here.fetch('/auth/list-sessions')).json()) as {
      token: string
      ipAddress: string
    }[]
    expect(list.map((s) => s.ipAddress).sort()).toEqual([here.address, there.address].sort())
    const other = list.find((s) => s.ipAddress === there.address)!
    expect((await here.post('/auth/revoke-session', { token: other.token })).status).toBe(200)
    there.cookies.delete('tandem.session_data')
    expect((await there.fetch('/trpc/models.list')).status).toBe(401)
    expect((await here.fetch('/trpc/models.list')).status).toBe(200)
    expect((await here.post('/auth/sign-out', {})).status).toBe(200)
    expect(here.cookies.size).toBe(0)
  })

  test('ends, but for the one that asks, when the password changes', async () => {
    const here = await signedIn(rig, 'sam', 'viewer')
    const there = browserAt()
    await there.signIn('sam')
    const change = (newPassword: string) =>
      here.post('/auth/change-password', {
        currentPassword: PASSWORD,
        newPassword,
        revokeOtherSessions: false,
      })
    expect((await change('short')).status).toBe(400)
    expect((await change('another long password')).status).toBe(200)
    there.cookies.delete('tandem.session_data')
    expect((await there.fetch('/trpc/models.list')).status).toBe(401)
    here.cookies.delete('tandem.session_data')
    expect((await here.fetch('/trpc/models.list')).status).toBe(200)
    expect((await browserAt().signIn('sam')).status).toBe(401)
    expect((await browserAt().signIn('sam', 'another long password')).status).toBe(200)
  })
})

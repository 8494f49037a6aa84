// What strangers throw at the routes of signing in: malformed, huge, of the wrong type. Nothing fails, nothing is told.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AuthRig, Browser, openAuthRig, PASSWORD, signedIn } from './auth-rig.ts'

let rig: AuthRig
beforeAll(async () => {
  rig = await openAuthRig()
})
afterAll(() => rig[Symbol.asyncDispose]())

const PATHS = [
  '/auth/sign-in/username',
  '/auth/sign-in/email',
  '/auth/sign-out',
  '/auth/revoke-session',
  '/auth/revoke-sessions',
  '/auth/revoke-other-sessions',
  '/auth/change-password',
  '/auth/two-factor/enable',
  '/auth/two-factor/disable',
  '/auth/two-factor/get-totp-uri',
  '/auth/two-factor/generate-backup-codes',
  '/auth/two-factor/verify-totp',
  '/auth/two-factor/verify-backup-code',
]
const HOSTILE: readonly unknown[] = [
  null,
  0,
  true,
  [],
  {},
  '\0',
  '\ud800',
  'x'.repeat(10_000),
  { $ne: null },
  "' or 1=1 --",
  { toString: 'x' },
  -1e308,
]
const FIELDS = [
  'username',
  'email',
  'password',
  'token',
  'currentPassword',
  'newPassword',
  'code',
  'callbackURL',
]
const TOLD = /stack|node_modules|\.m?[tj]s\b|select |insert |"params"|at \w+ \(/i

async function harmless(answer: Response, of: string) {
  const body = await answer.text()
  expect([of, answer.status >= 500]).toEqual([of, false])
  expect([of, TOLD.exec(body)?.[0]]).toEqual([of, undefined])
}

test.each(['a stranger', 'somebody who is signed in'])('from %s', { timeout: 120_000 }, async (who) => {
  for (const path of PATHS) {
    // Each has an address of its own: limits are not what is asked about here.
    const known =
      who === 'a stranger'
        ? undefined
        : await signedIn(rig, `u${Math.random().toString(36).slice(2, 9)}`, 'viewer')
    const browser = known ?? new Browser(rig.replicas[0]!.url)
    const raw = (body: string, type = 'application/json') =>
      browser.fetch(path, { method: 'POST', body, headers: { 'content-type': type } })
    for (const body of ['', '{', '[]', '"x"', 'null', '{"a":', `{"username":"${'\\u0000'}"}`])
      await harmless(await raw(body), `${path} ${body}`)
    await harmless(await raw('username=ana&password=x', 'application/x-www-form-urlencoded'), `${path} form`)
    await harmless(await raw(JSON.stringify({ password: 'x'.repeat(20_000) })), `${path} large`)
    for (const value of HOSTILE) {
      const body = Object.fromEntries(FIELDS.map((field) => [field, value]))
      await harmless(await browser.post(path, body), `${path} ${JSON.stringify(value)?.slice(0, 40)}`)
    }
  }
})

test('cookies that are none', async () => {
  const browser = new Browser(rig.replicas[0]!.url)
  const cookies = [
    'tandem.session_token=',
    'tandem.session_token=%00',
    'tandem.session_token=%E0%A4%A',
    `tandem.session_token=${'a'.repeat(3_000)}.${'b'.repeat(44)}`,
    'tandem.session_token=a.b; tandem.session_data=e30',
    'tandem.session_token=a.b; tandem.session_data=!!!!',
    'tandem.session_token=a.b; tandem.session_token=c.d',
    '__Secure-tandem.session_token=a.b',
  ]
  for (const cookie of cookies) {
    const answer = await browser.fetch('/trpc/models.list', { headers: { cookie } })
    expect([cookie.slice(0, 60), answer.status]).toEqual([cookie.slice(0, 60), 401])
    await harmless(answer, cookie.slice(0, 60))
  }
})

test('a database that fails is one sentence', async () => {
  await rig.control.admin.users.add.mutate({ username: 'ana', role: 'viewer', password: PASSWORD })
  const { pool } = rig.control.database
  await pool.query('alter table credentials rename to credentials_away')
  try {
    const answer = await new Browser(rig.replicas[0]!.url).signIn('ana')
    expect(answer.status).toBe(500)
    expect(await answer.text()).not.toMatch(TOLD)
  } finally {
    await pool.query('alter table credentials_away rename to credentials')
  }
  expect(rig.control.log.join('\n')).toContain('credentials')
})

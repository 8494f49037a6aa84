// A second factor by time-based codes (RFC 6238), as an authenticator app makes them.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fromBase32, totpOf } from '#test/harness/totp.ts'
import { type AuthRig, Browser, openAuthRig, PASSWORD, signedIn } from './auth-rig.ts'

let rig: AuthRig
beforeAll(async () => {
  rig = await openAuthRig()
})
afterAll(() => rig[Symbol.asyncDispose]())

const codeOf = (uri: string): string => totpOf(new URL(uri).searchParams.get('secret')!)

async function withFactor(username: string) {
  const browser = await signedIn(rig, username, 'operator')
  const answer = await browser.post('/auth/two-factor/enable', { password: PASSWORD })
  expect(answer.status).toBe(200)
  const made = (await answer.json()) as { totpURI: string; backupCodes: string[] }
  expect((await browser.post('/auth/two-factor/verify-totp', { code: codeOf(made.totpURI) })).status).toBe(
    200,
  )
  return { browser, ...made }
}

/** The password was right, and nobody is signed in yet. */
async function halfWay(username: string): Promise<Browser> {
  const browser = new Browser(rig.replicas[0]!.url)
  const answer = await browser.signIn(username)
  expect([answer.status, await answer.json()]).toMatchObject([200, { twoFactorRedirect: true }])
  expect(await browser.api.session.whoami.query()).toMatchObject({ actor: null })
  return browser
}

describe('with a second factor', () => {
  test('a password alone signs nobody in, and a code does', async () => {
    const { totpURI } = await withFactor('ana')
    expect(decodeURIComponent(totpURI)).toContain('Tandem')
    const browser = await halfWay('ana')
    expect((await browser.post('/auth/two-factor/verify-totp', { code: '000000' })).status).toBe(401)
    expect((await browser.post('/auth/two-factor/verify-totp', { code: codeOf(totpURI) })).status).toBe(200)
    expect(await browser.api.session.whoami.query()).toMatchObject({ actor: { name: 'ana' } })
  })

  test('a backup code signs in once', async () => {
    const { backupCodes } = await withFactor('ben')
    const use = async () =>
      (await (await halfWay('ben')).post('/auth/two-factor/verify-backup-code', { code: backupCodes[0] }))
        .status
    expect(await use()).toBe(200)
    expect(await use()).toBe(401)
  })

  test('it is turned off with the password alone, or dropped by an admin', async () => {
    const { browser } = await withFactor('cy')
    expect((await browser.post('/auth/two-factor/disable', { password: 'not it at all' })).status).toBe(400)
    const { code } = await rig.control.admin.users.resetPassword.mutate({
      user: 'cy',
      dropSecondFactor: true,
    })
    const password = 'a password of my own'
    await new Browser(rig.replicas[0]!.url).api.session.redeem.mutate({ code, password })
    const again = new Browser(rig.replicas[0]!.url)
    expect((await again.signIn('cy', password)).status).toBe(200)
    expect(await again.api.session.whoami.query()).toMatchObject({ actor: { name: 'cy' } })
  })

  test('neither seeds nor codes lie in the database or the audit log in clear', async () => {
    const { totpURI, backupCodes } = await withFactor('di')
    const secret = new URL(totpURI).searchParams.get('secret')!
    const { rows } = await rig.control.database.pool.query(
      "select secret, backup_codes from second_factors union all select input::text, after::text from audit_log where action like 'session.%'",
    )
    expect(rows.length).toBeGreaterThan(1)
    const text = JSON.stringify(rows)
    for (const word of [secret, fromBase32(secret).toString(), ...backupCodes])
      expect(text).not.toContain(word)
  })

  test('codes are not guessed: few attempts, then the password again', async () => {
    await withFactor('ed')
    const browser = await halfWay('ed')
    const ends: number[] = []
    for (let i = 0; i < 12; i++)
      ends.push((await browser.post('/auth/two-factor/verify-totp', { code: String(100_000 + i) })).status)
    expect(ends.filter((status) => status === 200)).toEqual([])
    expect(ends.at(-1)).not.toBe(200)
    const { rows } = await rig.control.database.pool.query(
      "select count(*)::int as left_over from verifications where identifier not like 'trust%' and expires_at > now() and value in (select id from users where username = 'ed')",
    )
    expect(rows[0].left_over).toBeLessThanOrEqual(1)
  })
})

// How often somebody may try, with two control planes on one database: they count together, and nobody is locked out
// for good.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { takeAttempt } from '#db/queries/access/attempts.ts'
import { type AuthRig, Browser, openAuthRig, PASSWORD, signedIn } from './auth-rig.ts'

let rig: AuthRig
beforeEach(async () => {
  rig = await openAuthRig({}, 2)
})
afterEach(() => rig[Symbol.asyncDispose]())

const browserAt = (replica: number) => new Browser(rig.replicas[replica]!.url)
const add = (username: string) =>
  rig.control.admin.users.add.mutate({ username, role: 'viewer', password: PASSWORD })
/** At once, so that no time passes in which attempts come back. */
const guessAll = (username: string, guesses: number) =>
  Promise.all(
    Array.from(
      { length: guesses },
      async (_, i) => (await browserAt(i % 2).signIn(username, `guess ${i}`)).status,
    ),
  )
/** As if everybody had waited. */
const waited = (seconds: number) =>
  rig.control.database.pool.query('update attempt_limits set full_at = full_at - make_interval(secs => $1)', [
    seconds,
  ])

describe('takeAttempt()', () => {
  const limit = { burst: 3, everyMs: 60_000 }
  const take = () => takeAttempt(rig.control.ctx.db, 'k', limit)

  test('gives the burst, then says how long to wait; who is refused waits no longer for it', async () => {
    expect([await take(), await take(), await take()]).toEqual([0, 0, 0])
    for (let i = 0; i < 5; i++) {
      const waitMs = await take()
      expect(waitMs).toBeGreaterThan(50_000)
      expect(waitMs).toBeLessThanOrEqual(60_000)
    }
    await waited(60)
    expect(await take()).toBe(0)
    expect(await take()).toBeGreaterThan(0)
  })

  test('gives no more to twenty at once', async () => {
    const waits = await Promise.all(Array.from({ length: 20 }, take))
    expect(waits.filter((ms) => ms === 0)).toHaveLength(3)
  })
})

describe('signing in', () => {
  test('guessing one account from many addresses is slowed down by both control planes together', async () => {
    await add('ana')
    const ends = await guessAll('ana', 16)
    expect(ends.filter((status) => status === 401).length).toBeGreaterThanOrEqual(10)
    expect(ends).toContain(429)
    await guessAll('ana', 16)
    const refused = await browserAt(0).signIn('ana')
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused.json()).toMatchObject({ code: 'TOO_MANY_ATTEMPTS' })
  })

  test('nobody is kept out for ever, nor where they are known, nor others with them', async () => {
    const ana = await signedIn(rig, 'ana', 'viewer')
    await add('ben')
    await guessAll('ana', 16)
    expect((await browserAt(0).signIn('ana')).status).toBe(429)
    // From where she is signed in already, though the guessing goes on.
    expect((await ana.signIn('ana')).status).toBe(200)
    expect((await browserAt(1).signIn('ben')).status).toBe(200)
    await waited(20)
    expect((await browserAt(1).signIn('ana')).status).toBe(200)
  })

  test('many accounts from one address are slowed down, whatever the address says of itself', async () => {
    const eve = browserAt(0)
    const ends = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const headers = { 'x-tandem-address': `1.2.3.${i}`, 'x-forwarded-for': `1.2.3.${i}, ${eve.address}` }
        const body = { username: `user${i}`, password: PASSWORD }
        const answer = await eve.post('/auth/sign-in/username', body, headers)
        if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
        return answer.status
      }),
    )
    expect(ends.filter((status) => status === 401).length).toBeGreaterThanOrEqual(20)
    expect(ends).toContain(429)
  })
})

describe('two control planes on one database', () => {
  test('share sessions, secret and the users who are shut out', async () => {
    const ana = await signedIn(rig, 'ana', 'operator')
    ana.base = rig.replicas[1]!.url
    expect(
      (await ana.post('/trpc/devices.createEnrolment', { name: 'pi', tier: 'local' }, { origin: ana.base }))
        .status,
    ).toBe(200)
    await ana.post('/auth/sign-out', {}, { origin: ana.base })
    ana.base = rig.replicas[0]!.url
    expect((await ana.fetch('/trpc/models.list')).status).toBe(401)
    const { rows } = await rig.control.database.pool.query(
      'select length(secret) as length from auth_secrets',
    )
    expect(rows).toEqual([{ length: 43 }])
  })

  test('with secrets of their own believe none of the other’s cookies', async () => {
    await using other = await openAuthRig({ secret: 'b'.repeat(40) })
    const ana = await signedIn(rig, 'ana', 'viewer')
    ana.base = other.replicas[0]!.url
    expect((await ana.fetch('/trpc/models.list')).status).toBe(401)
    expect((await other.control.database.pool.query('select from auth_secrets')).rowCount).toBe(0)
  })
})

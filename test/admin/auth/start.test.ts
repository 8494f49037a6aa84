// The whole way of a first start: the process's own wiring, its files, its settings, and the CLI as a process.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readControlConfig } from '#admin/config.ts'
import { type ControlPlane, startControlPlane } from '#admin/wire.ts'
import { RUNNER } from '#platform/launch/fork-program.ts'
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts'
import { Browser, PASSWORD } from './auth-rig.ts'

/** Each CLI call is a process that compiles what it loads. */
const SLOW = { timeout: 180_000 }
const ROOT = path.resolve(import.meta.dirname, '../../..')

let database: TestDatabase
let home: string
let control: ControlPlane
beforeAll(async () => {
  database = await createTestDatabase()
  home = await mkdtemp(path.join(os.tmpdir(), 'tandem-auth-start-'))
  control = await start({})
})
afterAll(async () => {
  await control[Symbol.asyncDispose]()
  await database.drop()
  await rm(home, { recursive: true, force: true })
})

const start = (env: Record<string, string>) =>
  startControlPlane(
    readControlConfig({
      TANDEM_HOME: home,
      TANDEM_PORT: '0',
      DATABASE_URL: database.url,
      LOG_LEVEL: 'silent',
      ...env,
    }),
  )

async function tandem(args: readonly string[], { stdin = '', key = '' } = {}) {
  const child = spawn(process.execPath, [RUNNER, 'admin/cli/main.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, TANDEM_HOME: home, TANDEM_URL: control.url, TANDEM_API_KEY: key },
  })
  child.stdin.end(stdin)
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ])
  return { code, stdout, stderr }
}

test('a first start leaves a code for the console and a key for the CLI', async () => {
  const code = (await readFile(path.join(home, 'set-up.code'), 'utf8')).trim()
  const browser = new Browser(control.url)
  await browser.api.session.setUp.mutate({ code, username: 'ana', password: PASSWORD })
  expect((await browser.signIn('ana')).status).toBe(200)
  expect((await browser.api.users.list.query()).items).toHaveLength(1)
})

test('users by the CLI: a password from a pipe, an invitation, a role, shut out', SLOW, async () => {
  const added = await tandem(['users', 'add', 'ben', '--role', 'operator', '--password-stdin'], {
    stdin: `${PASSWORD}\n`,
  })
  expect(added).toEqual({ code: 0, stdout: 'User "ben" is operator\n', stderr: '' })
  expect((await new Browser(control.url).signIn('ben')).status).toBe(200)

  const invited = await tandem(['users', 'add', 'cy', '--role', 'viewer', '--invite', '--json'])
  const { code } = JSON.parse(invited.stdout)
  const browser = new Browser(control.url)
  await browser.api.session.redeem.mutate({ code, password: PASSWORD })
  expect((await browser.signIn('cy')).status).toBe(200)

  expect(await tandem(['users', 'role', 'cy', '--role', 'operator'])).toMatchObject({ code: 0 })
  expect(await tandem(['users', 'disable', 'cy'])).toMatchObject({ code: 0 })
  const list = JSON.parse((await tandem(['users', 'list', '--json'])).stdout)
  expect(list).toMatchObject([
    { username: 'ana', role: 'admin', disabledAt: null },
    { username: 'ben', role: 'operator', sessions: 1 },
    { username: 'cy', role: 'operator', disabledAt: expect.any(String), sessions: 0 },
  ])
})

test('a password is neither taken from the command line nor asked for without a terminal', SLOW, async () => {
  const asked = await tandem(['users', 'add', 'dan', '--role', 'viewer'])
  expect([asked.code, asked.stderr]).toEqual([
    1,
    'Cannot ask for a password: there is no terminal, expected --password-stdin or --invite\n',
  ])
  expect((await tandem(['users', 'add', 'dan', '--role', 'viewer', '--password', PASSWORD])).code).toBe(2)
  const short = await tandem(['users', 'add', 'dan', '--role', 'viewer', '--password-stdin'], {
    stdin: 'short',
  })
  expect([short.code, short.stderr]).toEqual([
    1,
    'Cannot read field "password": expected at least 12 characters\n',
  ])
})

test('keys by the CLI: the token alone on stdout, good for what it is for', SLOW, async () => {
  const made = await tandem(['api-keys', 'add', 'monitor', '--role', 'viewer', '--scopes', 'metrics,models'])
  const key = made.stdout.trim()
  expect(key).toMatch(/^tk_[0-9a-f]{16}_[\w-]{43}$/)
  expect((await tandem(['models', 'list'], { key })).code).toBe(0)
  expect(await tandem(['datasets', 'list'], { key })).toMatchObject({
    code: 4,
    stderr: 'Cannot call "datasets.list": is not in the scopes of key "monitor"\n',
  })
  expect((await tandem(['whoami'], { key })).stdout).toMatch(
    /^monitor \(key [0-9a-f]{16}\), role viewer\nmay call: /,
  )
  await tandem(['api-keys', 'revoke', 'monitor'])
  expect((await tandem(['models', 'list'], { key })).code).toBe(4)
  expect((await tandem(['api-keys', 'list', '--all'])).stdout).toMatch(/monitor +viewer +metrics,models/)
})

test('the audit log by the CLI', SLOW, async () => {
  const lines = JSON.parse((await tandem(['audit', '--action', 'users.setRole', '--json'])).stdout)
  expect(lines).toMatchObject([{ before: { role: 'viewer' }, after: { role: 'operator' } }])
})

test('a later start keeps key and users, makes no other code, and believes the cookies of the one before', async () => {
  const browser = new Browser(control.url)
  await browser.signIn('ana')
  browser.cookies.delete('tandem.session_data')
  await control[Symbol.asyncDispose]()
  control = await start({})
  browser.base = control.url
  expect((await browser.fetch('/trpc/models.list')).status).toBe(200)
  await expect(readFile(path.join(home, 'set-up.code'))).rejects.toThrow('ENOENT')
})

test('settings that are wrong are named', () => {
  expect(() => readControlConfig({ TANDEM_PUBLIC_URL: 'tandem.example.org' })).toThrow(/TANDEM_PUBLIC_URL/)
  expect(() => readControlConfig({ TANDEM_AUTH_SECRET: 'short' })).toThrow(/TANDEM_AUTH_SECRET/)
  expect(() => readControlConfig({ TANDEM_PROXIES: '-1' })).toThrow(/TANDEM_PROXIES/)
})

// The embedded server by its supervisor, with real processes: started, shared, adopted, killed and recovered, and never taken
// for another’s.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type EmbeddedPostgres, ensurePostgres } from '#db/embedded-postgres/ensure-postgres.ts'
import { isAlive } from '#db/embedded-postgres/postmaster-pid.ts'
import { stopPostgres } from '#db/embedded-postgres/stop-postmaster.ts'
import { newServerFolder } from '#test/harness/global-postgres.ts'

vi.setConfig({ testTimeout: 120_000 }) // Making a cluster with fsync on takes long on a busy SD card.

let folder: string
const folders: string[] = []
const files = () => ({
  lock: path.join(folder, 'start.lock'),
  password: path.join(folder, 'cluster', 'password'),
  postmasterPid: path.join(folder, 'cluster', 'data', 'postmaster.pid'),
})

beforeEach(() => {
  folder = newFolder()
})
afterEach(async () => {
  for (const used of folders.splice(0)) {
    await stopPostgres(used)
    rmSync(used, { recursive: true, maxRetries: 10 }) // An initdb whose starter was killed may still write.
  }
})

function newFolder(): string {
  const made = newServerFolder()
  folders.push(made)
  return made
}

const ensure = () => ensurePostgres({ folder, flags: ['-c', 'fsync=off'] })

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query({ text: sql, rowMode: 'array' })
  await client.end()
  return rows.flat()
}

async function killHard(postgres: EmbeddedPostgres): Promise<void> {
  process.kill(postgres.pid, 'SIGKILL')
  await vi.waitUntil(() => !isAlive(postgres.pid), { timeout: 5000 })
}

/** A starter in a process of its own. Resolves to what ensurePostgres() said, if it lives that long. */
function starter(): { pid: number; done: Promise<{ how: string; pid: number; url: string } | undefined> } {
  const program = `import { ensurePostgres } from '#db/embedded-postgres/ensure-postgres.ts'
    const { how, pid, url } = await ensurePostgres({ folder: process.argv[1], flags: ['-c', 'fsync=off'] })
    console.log(JSON.stringify({ how, pid, url }))`
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', program, folder],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let printed = ''
  child.stdout.on('data', (chunk) => {
    printed += chunk
  })
  return { pid: child.pid ?? 0, done: once(child, 'close').then(() => printed && JSON.parse(printed)) }
}

describe('ensurePostgres()', () => {
  test('makes a cluster in an empty folder: PostgreSQL 18, loopback only, a password nobody else can read', async () => {
    const lines: string[] = []
    const postgres = await ensurePostgres({ folder, onProgress: (line) => lines.push(line) })
    expect(postgres.how).toBe('created')
    expect(lines).toHaveLength(2)
    expect(await query(postgres.url, 'show server_version')).toEqual([expect.stringMatching(/^18\./)])
    expect(await query(postgres.url, 'show listen_addresses')).toEqual(['127.0.0.1'])
    expect(await query(postgres.url, 'show fsync')).toEqual(['on'])
    expect(statSync(files().password).mode & 0o777).toBe(0o600)
    const wrong = new URL(postgres.url)
    wrong.password = 'guess'
    await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
  })

  test('adopts a running server; stop() leaves no process; the next start finds the data on the same port', async () => {
    const first = await ensure()
    await query(first.url, 'create table kept as select 42 as n')
    const second = await ensure()
    expect(second).toMatchObject({ how: 'adopted', pid: first.pid, url: first.url })
    await second.stop()
    await vi.waitUntil(() => !isAlive(first.pid))
    await first.stop() // Nothing left to do.
    const third = await ensure()
    expect(third).toMatchObject({ how: 'started', url: first.url })
    expect(await query(third.url, 'select n from kept')).toEqual([42])
  })

  test('six starters at once share one server', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => starter().done))
    expect(new Set(answers.map((answer) => answer?.pid)).size).toBe(1)
    expect(answers.filter((answer) => answer?.how === 'created')).toHaveLength(1)
    expect(answers.filter((answer) => answer?.how === 'adopted')).toHaveLength(5)
    expect(existsSync(files().lock)).toBe(false)
  })

  test('recovers committed rows after kill -9 of the postmaster, several times over', async () => {
    let postgres = await ensure()
    await query(postgres.url, 'create table counted (n int)')
    for (const n of [1, 2, 3]) {
      await query(postgres.url, `insert into counted values (${n})`)
      await killHard(postgres)
      postgres = await ensure()
      expect(postgres.how).toBe('started')
      expect(await query(postgres.url, 'select count(*)::int from counted')).toEqual([n])
    }
  })

  test('after a kill -9 of the starter the next one takes over what it left', async () => {
    const killed = starter()
    await vi.waitUntil(() => existsSync(files().lock), { timeout: 20_000, interval: 5 })
    process.kill(killed.pid, 'SIGKILL')
    await killed.done
    const postgres = await ensure()
    expect(await query(postgres.url, 'select 1')).toEqual([1])
  })

  test('neither adopts nor signals another program that got the pid of a killed server', async () => {
    const first = await ensure()
    await query(first.url, 'create table kept as select 42 as n')
    await killHard(first)
    const bystander = spawn('sleep', ['60'])
    const held = readFileSync(files().postmasterPid, 'utf8')
    writeFileSync(files().postmasterPid, held.replace(/^\d+/, String(bystander.pid)))
    await stopPostgres(folder)
    const second = await ensure()
    expect(second.how).toBe('started')
    expect(await query(second.url, 'select n from kept')).toEqual([42])
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull()
    bystander.kill()
  })

  test('does not adopt the server of the folder that this one was copied from', async () => {
    const original = await ensure()
    await killHard(original)
    const copy = newFolder()
    cpSync(folder, copy, { recursive: true })
    const again = await ensure()
    const heldByOriginal = readFileSync(files().postmasterPid)
    writeFileSync(path.join(copy, 'cluster', 'data', 'postmaster.pid'), heldByOriginal)
    const copied = await ensurePostgres({ folder: copy, flags: ['-c', 'fsync=off'] })
    expect(copied.how).toBe('started')
    expect(copied.pid).not.toBe(again.pid)
  })

  test('takes a lock whose holder stopped touching it, even if its pid is alive', async () => {
    writeFileSync(files().lock, String(process.ppid))
    utimesSync(files().lock, new Date(0), new Date(0))
    expect((await ensure()).how).toBe('created')
  })

  test('gives up waiting for the lock when its signal aborts', async () => {
    writeFileSync(files().lock, String(process.ppid))
    const signal = AbortSignal.timeout(100)
    await expect(ensurePostgres({ folder, signal })).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  test('says why a server cannot start', async () => {
    await (await ensure()).stop()
    const attempt = ensurePostgres({ folder, flags: ['-c', 'shared_buffers=none'] })
    await expect(attempt).rejects.toMatchObject({
      name: 'PostgresUnavailable',
      code: 'start_failed',
      message: expect.stringContaining('shared_buffers'),
    })
    expect(existsSync(files().lock)).toBe(false)
  })

  test('is durable whatever somebody has set before', async () => {
    const first = await ensurePostgres({ folder })
    for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit'])
      await query(first.url, `alter system set ${setting} = off`)
    await first.stop()
    const { url } = await ensurePostgres({ folder })
    for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums'])
      expect(await query(url, `show ${setting}`), setting).toEqual(['on'])
  })

  test('listens on loopback alone, and on no socket in the file system', async () => {
    const { url, pid } = await ensure()
    expect(await query(url, 'show unix_socket_directories')).toEqual([''])
    const foreign = Object.values(os.networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4')
    if (foreign) {
      const outside = new URL(url)
      outside.hostname = foreign.address
      await expect(query(outside.href, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    }
    if (process.platform === 'linux')
      expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(new URL(url).password)
  })

  test('refuses a cluster of another major version, says the way out, and leaves it as it is', async () => {
    await (await ensure()).stop()
    const version = path.join(folder, 'cluster', 'data', 'PG_VERSION')
    writeFileSync(version, '15\n')
    await expect(ensure()).rejects.toMatchObject({
      code: 'other_major',
      message: expect.stringMatching(/version 15, expected 18; back it up by the build that made it/),
    })
    expect(existsSync(files().lock)).toBe(false)
    writeFileSync(version, '18\n')
    expect((await ensure()).how).toBe('started')
  })

  test('refuses a folder whose password is wrong or gone', async () => {
    await ensure()
    writeFileSync(files().password, 'another')
    await expect(ensure()).rejects.toMatchObject({ code: 'password_mismatch' })
    rmSync(files().password)
    await expect(ensure()).rejects.toMatchObject({ code: 'password_mismatch' })
  })
})

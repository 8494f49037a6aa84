// Backups of a real database with a row in every table: what comes back is what was there, and a file that is not whole
// changes nothing.

import { createHash, randomBytes } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { restoreBackup } from '#db/backup/restore-backup.ts'
import { verifyBackup } from '#db/backup/verify-backup.ts'
import { writeBackup } from '#db/backup/write-backup.ts'
import { connect } from '#db/connect.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { jobOutcomes } from '#db/outcomes/outcome-rows.ts'
import { recordArtifact } from '#db/queries/artifacts.ts'
import { nextManifest } from '#db/queries/manifests.ts'
import { ArtifactStore } from '#platform/artifact-store.ts'
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '#test/harness/database.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { until } from '#test/harness/until.ts'
import { contentsOf } from './contents-of.ts'
import { fillDatabase, manifestAt } from './filled-database.ts'
import { loadFixtures } from './fixtures.ts'
import { manifestStore } from './manifest-store.ts'
import { olderBuild } from './older-build.ts'
import { openQueryRig, type QueryRig } from './query-rig.ts'

/** What a restore changes on purpose (db/backup/settle-restored.ts). */
const SETTLED = ['manifests', 'sessions', 'enrolment_codes', 'one_time_codes']

let rig: QueryRig
let folder: TempFolder
let file: string
let target: TestDatabase
/** Of the database as it was backed up: tests go on with it. */
let whole: Map<string, string>

beforeAll(async () => {
  rig = await openQueryRig()
  folder = await tempFolder('backup')
  file = path.join(folder.path, 'whole.tandem')
  await writeBackup({ url: rig.url, file })
  whole = withoutSettled(await contents(rig.url))
})
afterAll(async () => {
  await rig[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})
beforeEach(async () => {
  target = await createEmptyDatabase()
})
afterEach(() => target.drop())

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

/** What a restore would count from at this moment. */
const secondsOf = async (url: string): Promise<number> =>
  (
    await query<{ s: number }>(
      url,
      `select extract(epoch from now() - timestamptz '2020-01-01Z')::float8 as s`,
    )
  )[0]!.s

const contents = async (url: string): Promise<Map<string, string>> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const found = await contentsOf(client)
  await client.end()
  return found
}

const withoutSettled = (found: Map<string, string>) =>
  new Map([...found].filter(([column]) => !SETTLED.includes(column.split('.')[0]!)))

const fresh = (name = randomBytes(4).toString('hex')) => path.join(folder.path, name)

describe('a restored database', () => {
  test('holds every value of every table, and the next start finds it migrated', async () => {
    const restored = await restoreBackup({ url: target.url, file })
    expect(withoutSettled(await contents(target.url))).toEqual(whole)
    expect(restored).toMatchObject({ pending: 0, tables: expect.any(Number) })
    expect((await migrateDatabase(target.url)).applied).toBe(0)
  })

  test('keeps its constraints, its triggers and its counters', async () => {
    await restoreBackup({ url: target.url, file })
    const database = connect(target.url)
    const refused = (sql: string) =>
      database.pool.query(sql).then(
        () => 'taken',
        (e: Error) => e.message,
      )
    expect(await refused('delete from models')).toContain('it is immutable')
    expect(await refused(`insert into captures select 'dev_none', digest from captures`)).toContain(
      'violates',
    )
    await database.pool.query(
      `insert into alias_moves (group_name, name, deployment_id, actor, reason)
       select group_name, name, deployment_id, actor, reason from alias_moves`,
    )
    await database.close()
  })

  test('is one moment, whoever writes meanwhile', async () => {
    const writing = rig.database
    const during = fresh()
    let isDone = false
    const writer = (async () => {
      for (let i = 0; !isDone; i++) {
        const tx = await writing.pool.connect()
        await tx.query('begin')
        await tx.query(`insert into leases values ('pair-a-' || $1::int, 'x', now())`, [i])
        await tx.query(`insert into attempt_limits values ('pair-b-' || $1::int, now())`, [i])
        await tx.query('commit')
        tx.release()
      }
    })()
    await writeBackup({ url: rig.url, file: during })
    isDone = true
    await writer
    await restoreBackup({ url: target.url, file: during })
    const [row] = await query<{ a: number; b: number }>(
      target.url,
      `select (select count(*)::int from leases where name like 'pair%') as a,
        (select count(*)::int from attempt_limits where key like 'pair%') as b`,
    )
    expect(row!.a).toBe(row!.b)
  })

  test('brings back partitions that no migration makes', async () => {
    await rig.database.pool.query(`
      create table partitions.decisions_in_2031 partition of decisions
      for values from ('2031-01-01Z') to ('2031-01-02Z')`)
    const later = fresh()
    await writeBackup({ url: rig.url, file: later })
    await restoreBackup({ url: target.url, file: later })
    const [row] = await query(
      target.url,
      `select pg_get_expr(relpartbound, oid) as bound from pg_class where relname = 'decisions_in_2031'`,
    )
    expect(row!.bound).toContain('2031-01-01')
    await rig.database.pool.query('drop table partitions.decisions_in_2031')
  })

  test('of an older version is brought up to date by the next start', async () => {
    const { url, drop } = await createEmptyDatabase()
    await using older = await olderBuild(3)
    await migrateDatabase(url, { folder: older.path })
    await loadFixtures(url, 2)
    const old = fresh()
    await writeBackup({ url, file: old })
    await drop()
    const { pending } = await restoreBackup({ url: target.url, file: old })
    expect(pending).toBeGreaterThan(0)
    expect((await migrateDatabase(target.url)).applied).toBe(pending)
    const database = connect(target.url)
    expect((await jobOutcomes(database.db, 'job_1')).map((o) => o.top[0]!.p)).toEqual([0.9, 1e-30])
    await database.close()
  })
})

describe('manifests of a restored database', () => {
  test('never come under a number that a device has seen, restored once or twice', async () => {
    const { deviceId } = rig.filled
    const seen: number[] = []
    for (let round = 0; round < 2; round++) {
      await restoreBackup({ url: target.url, file, replace: round > 0 })
      const database = connect(target.url)
      for (let i = 0; i < 3; i++) {
        const row = await nextManifest(manifestStore(database.db), deviceId, async (last) =>
          manifestAt(deviceId, last!.sequence + 1, `${i}`),
        )
        expect(row.sequence).toBeGreaterThan(Math.max(0, ...seen))
        seen.push(row.sequence)
      }
      await database.close()
      // One number a second is what the counter counts on.
      const newest = seen.at(-1)!
      await until('the clock is past the newest', async () => (await secondsOf(target.url)) > newest)
    }
  })

  test('say what they said, and have run out, so that a real one follows', async () => {
    await restoreBackup({ url: target.url, file })
    const rows = await query<{ jws: string; content: string; leftS: number }>(
      target.url,
      `select distinct on (device_id) jws, content, extract(epoch from expires_at - now())::float8 as "leftS"
       from manifests order by device_id, sequence desc`,
    )
    expect(rows).toHaveLength(2)
    for (const row of rows) expect(row.leftS).toBeLessThan(2)
  })
})

test('nobody stays signed in, and codes that were not used are over', async () => {
  await restoreBackup({ url: target.url, file })
  const [row] = await query(
    target.url,
    `select (select count(*)::int from sessions) as sessions,
      (select count(*)::int from one_time_codes where used_at is null and expires_at > now()) as codes`,
  )
  expect(row).toEqual({ sessions: 0, codes: 0 })
})

describe('artifacts', () => {
  test('go along where they are wanted, and one that is missing is told', async () => {
    const stores = (at: string) => ({
      artifacts: new ArtifactStore(path.join(at, 'artifacts')),
      captures: new ArtifactStore(path.join(at, 'captures')),
    })
    const from = stores(fresh())
    const bytes = randomBytes(3_000_000)
    const ref = await from.artifacts.putBytes(bytes)
    await recordArtifact(rig.database.db, ref, 'application/octet-stream')
    const withFiles = fresh()
    const written = await writeBackup({ url: rig.url, file: withFiles, artifacts: from })
    expect(written.files).toBe(1)
    expect(written.missing.length).toBeGreaterThan(0) // Those of the filled database are names alone.
    const to = stores(fresh())
    expect((await restoreBackup({ url: target.url, file: withFiles, artifacts: to })).files).toBe(1)
    expect((await to.artifacts.readVerified(ref.digest)).equals(bytes)).toBe(true)
  })
})

describe('a restore refuses, and changes nothing:', () => {
  const expectRefusal = async (wrong: string, code: unknown) => {
    await expect(restoreBackup({ url: target.url, file: wrong })).rejects.toMatchObject({
      name: 'BackupRefused',
      code,
    })
    expect(
      await query(target.url, `select from pg_class where relnamespace = 'public'::regnamespace`),
    ).toEqual([])
  }

  test.each([1, 30, 1_000, 0.3, 0.9, -600, -8, -1])('a file that was cut at %d', async (at) => {
    const whole = await readFile(file)
    const cut = fresh()
    const end = at < 0 ? whole.length + at : at < 1 ? Math.floor(at * whole.length) : at
    await writeFile(cut, whole.subarray(0, end))
    await expectRefusal(cut, 'damaged')
  })

  test('a file of which any byte has changed', async () => {
    const whole = await readFile(file)
    // The first ten bytes say what it is, in part without a meaning (time, system). What else is changed may look like
    // the head of another build, before the checksum is reached.
    for (let at = 10; at < whole.length; at += Math.ceil(whole.length / 12)) {
      const bent = Buffer.from(whole)
      bent[at]! ^= 0x10
      if (meansTheSame(bent, whole)) continue
      const wrong = fresh()
      await writeFile(wrong, bent)
      await expectRefusal(wrong, expect.stringMatching(/^(damaged|not_a_backup|other_format|other_schema)$/))
    }
  })

  /** Between blocks gzip fills bytes up with bits that nobody reads. */
  const meansTheSame = (bent: Buffer, whole: Buffer): boolean => {
    try {
      return gunzipSync(bent).equals(gunzipSync(whole))
    } catch {
      return false
    }
  }

  /** As somebody would who knows gzip and tar, but not what end.json is for. */
  const edited = async (from: string, to: string) => {
    const plain = gunzipSync(await readFile(file))
    const at = plain.indexOf(from)
    expect(at).toBeGreaterThan(0)
    expect(to.length).toBe(from.length)
    plain.write(to, at)
    const wrong = fresh()
    await writeFile(wrong, gzipSync(plain))
    return wrong
  }

  test('rows that were edited', async () => {
    await expectRefusal(await edited('first\tadmin', 'worst\tadmin'), 'damaged')
  })

  test('a format of later', async () => {
    await expectRefusal(await edited('"format": 1', '"format": 2'), 'other_format')
  })

  test('a schema that this build does not know', async () => {
    const [first] = (await verifyBackup(file)).head.migrations
    const other = createHash('sha256').update('another build').digest('hex')
    await expectRefusal(await edited(first!.hash, other), 'other_schema')
  })

  test.each<[string, Buffer]>([
    ['another file', Buffer.from('hello, world')],
    ['an empty file', Buffer.alloc(0)],
    ['gzip of another file', gzipSync(Buffer.alloc(5_000, 'x'))],
    ['an empty tar', gzipSync(Buffer.alloc(1_024))],
  ])('%s', async (_, bytes) => {
    const wrong = fresh()
    await writeFile(wrong, bytes)
    await expect(restoreBackup({ url: target.url, file: wrong })).rejects.toMatchObject({
      code: expect.stringMatching(/^(not_a_backup|damaged)$/),
    })
  })

  test('a file that is not there', async () => {
    await expectRefusal(fresh(), 'unreadable')
  })

  test('a database that has rows, unless they are to go', async () => {
    const filled = await createTestDatabase()
    const { db, close } = connect(filled.url)
    await fillDatabase(db)
    await close()
    const before = await contents(filled.url)
    await expect(restoreBackup({ url: filled.url, file })).rejects.toMatchObject({ code: 'not_empty' })
    expect(await contents(filled.url)).toEqual(before)
    await restoreBackup({ url: filled.url, file, replace: true })
    expect(withoutSettled(await contents(filled.url))).toEqual(whole)
    await filled.drop()
  })

  test('a database that others are connected to', async () => {
    const other = new pg.Client({ connectionString: target.url })
    await other.connect()
    await expect(restoreBackup({ url: target.url, file })).rejects.toMatchObject({ code: 'in_use' })
    await other.end()
  })
})

describe('a backup', () => {
  test('is migrated and empty as well as filled', async () => {
    const empty = await createTestDatabase()
    const of = fresh()
    await writeBackup({ url: empty.url, file: of })
    await empty.drop()
    await restoreBackup({ url: target.url, file: of })
    expect((await migrateDatabase(target.url)).applied).toBe(0)
  })

  test('can be read by its owner alone', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  test('overwrites no file', async () => {
    const before = await readFile(file)
    await expect(writeBackup({ url: rig.url, file })).rejects.toMatchObject({ code: 'exists' })
    expect((await readFile(file)).equals(before)).toBe(true)
  })

  test('of a database that was never migrated is refused and leaves no file', async () => {
    const none = fresh()
    await expect(writeBackup({ url: target.url, file: none })).rejects.toMatchObject({ code: 'not_migrated' })
    await expect(stat(none)).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(stat(`${none}.part`)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

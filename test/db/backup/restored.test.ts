// What comes back from a backup of a real database with a row in every table: what was there, but for what must not.

import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { restoreBackup } from '#db/backup/restore-backup.ts'
import { writeBackup } from '#db/backup/write-backup.ts'
import { connect } from '#db/connect.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { jobOutcomes } from '#db/outcomes/outcome-rows.ts'
import { recordArtifact } from '#db/queries/artifacts.ts'
import { nextManifest } from '#db/queries/manifests.ts'
import { ArtifactStore } from '#platform/artifact-store.ts'
import { createEmptyDatabase, type TestDatabase } from '#test/harness/database.ts'
import { until } from '#test/harness/until.ts'
import { manifestAt } from '../filled-database.ts'
import { loadFixtures } from '../fixtures.ts'
import { manifestStore } from '../manifest-store.ts'
import { olderBuild } from '../older-build.ts'
import { type BackupRig, contents, openBackupRig, query, withoutSettled } from './backup-rig.ts'

let backup: BackupRig
let target: TestDatabase

beforeAll(async () => {
  backup = await openBackupRig()
})
afterAll(() => backup[Symbol.asyncDispose]())
beforeEach(async () => {
  target = await createEmptyDatabase()
})
afterEach(() => target.drop())

/** What a restore would count from at this moment. */
const secondsOf = async (url: string): Promise<number> =>
  (
    await query<{ s: number }>(
      url,
      `select extract(epoch from now() - timestamptz '2020-01-01Z')::float8 as s`,
    )
  )[0]!.s

describe('a restored database', () => {
  test('holds every value of every table, and the next start finds it migrated', async () => {
    const restored = await restoreBackup({ url: target.url, file: backup.file })
    expect(withoutSettled(await contents(target.url))).toEqual(backup.whole)
    expect(restored).toMatchObject({ pending: 0, tables: expect.any(Number) })
    expect((await migrateDatabase(target.url)).applied).toBe(0)
  })

  test('keeps its constraints, its triggers and its counters', async () => {
    await restoreBackup({ url: target.url, file: backup.file })
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
    const writing = backup.source.database
    const during = backup.fresh()
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
    await writeBackup({ url: backup.source.url, file: during })
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
    await backup.source.database.pool.query(`
      create table partitions.decisions_in_2031 partition of decisions
      for values from ('2031-01-01Z') to ('2031-01-02Z')`)
    const later = backup.fresh()
    await writeBackup({ url: backup.source.url, file: later })
    await restoreBackup({ url: target.url, file: later })
    const [row] = await query(
      target.url,
      `select pg_get_expr(relpartbound, oid) as bound from pg_class where relname = 'decisions_in_2031'`,
    )
    expect(row!.bound).toContain('2031-01-01')
    await backup.source.database.pool.query('drop table partitions.decisions_in_2031')
  })

  test('of an older version is brought up to date by the next start', async () => {
    const { url, drop } = await createEmptyDatabase()
    await using older = await olderBuild(3)
    await migrateDatabase(url, { folder: older.path })
    await loadFixtures(url, 2)
    const old = backup.fresh()
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
    const { deviceId } = backup.source.filled
    const seen: number[] = []
    for (let round = 0; round < 2; round++) {
      await restoreBackup({ url: target.url, file: backup.file, replace: round > 0 })
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
    await restoreBackup({ url: target.url, file: backup.file })
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
  await restoreBackup({ url: target.url, file: backup.file })
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
    const from = stores(backup.fresh())
    const bytes = randomBytes(3_000_000)
    const ref = await from.artifacts.putBytes(bytes)
    await recordArtifact(backup.source.database.db, ref, 'application/octet-stream')
    const withFiles = backup.fresh()
    const written = await writeBackup({ url: backup.source.url, file: withFiles, artifacts: from })
    expect(written.files).toBe(1)
    expect(written.missing.length).toBeGreaterThan(0) // Those of the filled database are names alone.
    const to = stores(backup.fresh())
    expect((await restoreBackup({ url: target.url, file: withFiles, artifacts: to })).files).toBe(1)
    expect((await to.artifacts.readVerified(ref.digest)).equals(bytes)).toBe(true)
  })
})

// Backups and restores that are refused: a file that is not whole, or not for this build or this database, changes nothing.

import { createHash } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { restoreBackup } from '#db/backup/restore-backup.ts'
import { verifyBackup } from '#db/backup/verify-backup.ts'
import { writeBackup } from '#db/backup/write-backup.ts'
import { connect } from '#db/connect.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '#test/harness/database.ts'
import { fillDatabase } from '../filled-database.ts'
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
    const whole = await readFile(backup.file)
    const cut = backup.fresh()
    const end = at < 0 ? whole.length + at : at < 1 ? Math.floor(at * whole.length) : at
    await writeFile(cut, whole.subarray(0, end))
    await expectRefusal(cut, 'damaged')
  })

  test('a file of which any byte has changed', async () => {
    const whole = await readFile(backup.file)
    // The first ten bytes say what it is, in part without a meaning (time, system). What else is changed may look like
    // the head of another build, before the checksum is reached.
    for (let at = 10; at < whole.length; at += Math.ceil(whole.length / 12)) {
      const bent = Buffer.from(whole)
      bent[at]! ^= 0x10
      if (meansTheSame(bent, whole)) continue
      const wrong = backup.fresh()
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
    const plain = gunzipSync(await readFile(backup.file))
    const at = plain.indexOf(from)
    expect(at).toBeGreaterThan(0)
    expect(to.length).toBe(from.length)
    plain.write(to, at)
    const wrong = backup.fresh()
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
    const [first] = (await verifyBackup(backup.file)).head.migrations
    const other = createHash('sha256').update('another build').digest('hex')
    await expectRefusal(await edited(first!.hash, other), 'other_schema')
  })

  test.each<[string, Buffer]>([
    ['another file', Buffer.from('hello, world')],
    ['an empty file', Buffer.alloc(0)],
    ['gzip of another file', gzipSync(Buffer.alloc(5_000, 'x'))],
    ['an empty tar', gzipSync(Buffer.alloc(1_024))],
  ])('%s', async (_, bytes) => {
    const wrong = backup.fresh()
    await writeFile(wrong, bytes)
    await expect(restoreBackup({ url: target.url, file: wrong })).rejects.toMatchObject({
      code: expect.stringMatching(/^(not_a_backup|damaged)$/),
    })
  })

  test('a file that is not there', async () => {
    await expectRefusal(backup.fresh(), 'unreadable')
  })

  test('a database that has rows, unless they are to go', async () => {
    const filled = await createTestDatabase()
    const { db, close } = connect(filled.url)
    await fillDatabase(db)
    await close()
    const before = await contents(filled.url)
    await expect(restoreBackup({ url: filled.url, file: backup.file })).rejects.toMatchObject({
      code: 'not_empty',
    })
    expect(await contents(filled.url)).toEqual(before)
    await restoreBackup({ url: filled.url, file: backup.file, replace: true })
    expect(withoutSettled(await contents(filled.url))).toEqual(backup.whole)
    await filled.drop()
  })

  test('a database that others are connected to', async () => {
    const other = new pg.Client({ connectionString: target.url })
    await other.connect()
    await expect(restoreBackup({ url: target.url, file: backup.file })).rejects.toMatchObject({
      code: 'in_use',
    })
    await other.end()
  })
})

describe('a backup', () => {
  test('is migrated and empty as well as filled', async () => {
    const empty = await createTestDatabase()
    const of = backup.fresh()
    await writeBackup({ url: empty.url, file: of })
    await empty.drop()
    await restoreBackup({ url: target.url, file: of })
    expect((await migrateDatabase(target.url)).applied).toBe(0)
  })

  test('can be read by its owner alone', async () => {
    expect((await stat(backup.file)).mode & 0o777).toBe(0o600)
  })

  test('overwrites no file', async () => {
    const before = await readFile(backup.file)
    await expect(writeBackup({ url: backup.source.url, file: backup.file })).rejects.toMatchObject({
      code: 'exists',
    })
    expect((await readFile(backup.file)).equals(before)).toBe(true)
  })

  test('of a database that was never migrated is refused and leaves no file', async () => {
    const none = backup.fresh()
    await expect(writeBackup({ url: target.url, file: none })).rejects.toMatchObject({ code: 'not_migrated' })
    await expect(stat(none)).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(stat(`${none}.part`)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

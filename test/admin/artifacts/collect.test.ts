// The collection of what nothing refers to: each kind of reference keeps its artifact, nothing young goes, and uploads
// at the same moment lose nothing. On a database with a row in every table.

import { randomBytes } from 'node:crypto'
import { utimes } from 'node:fs/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { collectArtifacts } from '#admin/artifacts/collect-artifacts.ts'
import { keepBytes, recordStored } from '#admin/artifacts/keep-artifact.ts'
import { artifactSizes, claimArtifact } from '#db/queries/artifacts.ts'
import { digestColumns, referencesTo } from '#db/queries/storage/references.ts'
import { digestOf } from '#platform/artifact-store.ts'
import { fillDatabase } from '#test/db/filled-database.ts'
import type { S3Stub } from '#test/platform/artifacts/s3-stub.ts'
import { CONTROLS, foldersOf, type StoredControl } from './stored-control.ts'

describe.each(CONTROLS)('%s', (_, open) => {
  let control: StoredControl
  beforeEach(async () => {
    control = await open()
    await fillDatabase(control.ctx.db)
    return () => control[Symbol.asyncDispose]()
  })

  const query = (text: string, values: unknown[] = []) => control.database.pool.query(text, values)
  const collect = (dryRun = false) => collectArtifacts(control.ctx, { graceHours: 24, dryRun })
  const makeOld = (digest: string) =>
    query("update artifacts set touched_at = now() - interval '25 hours' where digest = $1", [digest])
  const exists = async (digest: string) => ({
    row: (await artifactSizes(control.ctx.db, [digest])).has(digest),
    bytes: (await control.ctx.artifacts.size(digest)) !== undefined,
  })
  const unused = async (text = randomBytes(8).toString('hex')) => {
    const { digest } = await keepBytes(control.ctx, Buffer.from(text), 'text/plain')
    await makeOld(digest)
    return digest
  }

  /** Writes it deep into one row's document, past what keeps such rows from changing; false where that is refused. */
  async function nameIn({ table, column }: { table: string; column: string }, digest: string) {
    const client = await control.database.pool.connect()
    try {
      await client.query(`begin; set local session_replication_role = 'replica'`)
      const { rowCount } = await client.query(
        `update "${table}" set "${column}" = jsonb_build_object('deep', jsonb_build_array('trace ' || $1::text || ', clock'))
         where ctid = (select ctid from "${table}" limit 1)`,
        [digest],
      )
      await client.query('commit')
      return rowCount === 1
    } catch {
      await client.query('rollback')
      return false
    } finally {
      client.release()
    }
  }

  test('takes what is old and unused, and says so before it does', async () => {
    const [old, young] = [await unused(), await control.put('young')]
    const counts = { count: 1, sizeBytes: 16 }
    expect((await collect(true)).unreferenced).toEqual(counts)
    expect(await exists(old)).toEqual({ row: true, bytes: true })
    expect(await collect()).toMatchObject({ unreferenced: counts, examples: [old] })
    expect(await exists(old)).toEqual({ row: false, bytes: false })
    expect(await exists(young)).toEqual({ row: true, bytes: true })
    expect((await collect()).unreferenced.count).toBe(0)
  })

  test('keeps all that the rows of a filled database refer to, by whichever column', async () => {
    await query("update artifacts set touched_at = now() - interval '1 year'")
    const { rows } = await query('select digest from artifacts')
    expect(rows.length).toBeGreaterThan(5)
    const needed = []
    for (const { digest } of rows)
      if ((await referencesTo(control.ctx.db, digest)).length > 0) needed.push(digest)
    await collect()
    for (const digest of needed) expect((await exists(digest)).row, digest).toBe(true)
    const { rows: left } = await query('select count(*)::integer as count from artifacts')
    expect(left[0].count).toBe(needed.length)
  })

  test('a digest within any document keeps its artifact, one in the log of what was done does not', async () => {
    const { keys, documents } = await digestColumns(control.ctx.db)
    const name = (c: (typeof keys)[number]) => `${c.table}.${c.column}`
    expect(keys.map(name)).toEqual(
      expect.arrayContaining([
        'models.file_digest',
        'models.labels_digest',
        'datasets.images_digest',
        'datasets.labels_digest',
        'dataset_images.digest',
        'routers.document_digest',
        'functions.digest',
      ]),
    )
    const places = documents.filter(({ schema }) => schema === 'public')
    expect(places.map(name)).toEqual(
      expect.arrayContaining([
        'routers.provenance',
        'deployments.document',
        'device_jobs.result',
        'selections.result',
        'evaluations.report',
      ]),
    )
    expect(places.map(({ table }) => table)).not.toContain('audit_log')
    const kept: string[] = []
    for (const place of places) {
      const digest = await unused()
      if (!(await nameIn(place, digest))) continue
      await collect()
      expect((await exists(digest)).row, name(place)).toBe(true)
      kept.push(name(place))
    }
    // The others are empty, or held to a shape by a check.
    expect(kept).toEqual(
      expect.arrayContaining([
        'routers.provenance',
        'deployments.document',
        'selections.result',
        'jobs.input',
      ]),
    )
    const logged = await unused()
    expect(await nameIn({ table: 'audit_log', column: 'input' }, logged)).toBe(true)
    await collect()
    expect((await exists(logged)).row).toBe(false)
  })

  test('whoever is about to refer to one keeps it', async () => {
    const [asked, listed, sent] = [await unused(), await unused(), await unused('sent again')]
    expect(await claimArtifact(control.ctx.db, asked)).toBe(16)
    await control.admin.artifacts.missing.mutate({ digests: [listed] })
    await control.put('sent again')
    await collect()
    for (const digest of [asked, listed, sent])
      expect(await exists(digest)).toEqual({ row: true, bytes: true })
  })

  test('passes over what a transaction is referring to, and that one succeeds', async () => {
    const digest = await unused()
    const client = await control.database.pool.connect()
    try {
      await client.query('begin')
      await client.query("insert into functions (id, name, version, digest) values ('fn_x', 'mine', 1, $1)", [
        digest,
      ])
      expect((await collect()).unreferenced.count).toBe(0)
      await client.query('commit')
    } finally {
      client.release()
    }
    await collect()
    expect(await exists(digest)).toEqual({ row: true, bytes: true })
  })

  test('takes bytes that no row vouches for once they are old', async () => {
    const { digest } = await control.ctx.artifacts.putBytes(Buffer.from('a crash came before the row'))
    expect((await collect()).strays.count).toBe(0)
    await age(control, digest)
    expect((await collect(true)).strays).toEqual({ count: 1, sizeBytes: 27 })
    expect((await collect()).strays.count).toBe(1)
    expect(await exists(digest)).toEqual({ row: false, bytes: false })
  })

  test('uploads at the same moment end with both row and bytes, or are told to send again', async () => {
    const texts = Array.from({ length: 12 }, (_, i) => `contested ${i}`)
    for (let round = 0; round < 4; round++) {
      for (const text of texts) await unused(text)
      const put = async (text: string) => {
        const ref = await control.ctx.artifacts.putBytes(Buffer.from(text))
        return recordStored(control.ctx, ref, 'text/plain').then(
          () => true,
          (error) => {
            expect(error).toMatchObject({ code: 'conflict' })
            return false
          },
        )
      }
      const [kept] = await Promise.all([Promise.all(texts.map(put)), collect(), collect()])
      for (const [i, text] of texts.entries()) {
        const { row, bytes } = await exists(digestOf(text))
        // Never a row without bytes; and whoever was told that it is kept finds it.
        if (row || kept[i]) expect([text, row, bytes]).toEqual([text, true, true])
      }
    }
  })

  test('by way of the API is for admins, and leaves a line in the audit log', async () => {
    const digest = await unused()
    await expect(
      control.as(control.keys.operator).artifacts.collect.mutate({ graceHours: 1 }),
    ).rejects.toMatchObject({ data: { code: 'FORBIDDEN' } })
    const answer = await control.admin.artifacts.collect.mutate({ graceHours: 1, dryRun: true })
    expect(answer.examples).toContain(digest)
    const { unreferenced } = await control.admin.artifacts.collect.mutate({ graceHours: 1 })
    expect(unreferenced.count).toBe(answer.unreferenced.count)
    const { rows } = await query('select file_digest from models limit 1')
    const shown = await control.admin.artifacts.get.query({ digest: rows[0].file_digest.slice(0, 20) })
    expect(shown.references.map(({ by }) => by)).toContain('models.file_digest')
  })

  test('every column that is called a digest refers to artifacts, or is known to name something else', async () => {
    const { keys } = await digestColumns(control.ctx.db)
    const { rows } = await query(`
      select table_name as table, column_name as column from information_schema.columns
      where table_schema = 'public' and data_type = 'text' and column_name like '%digest%'`)
    const others = [
      'artifacts.digest',
      'captures.digest', // Of another store.
      'manifests.digest', // Of what was signed.
      'uploads.digest', // Of what is to come.
    ]
    const known = new Set([...keys.map(({ table, column }) => `${table}.${column}`), ...others])
    expect(rows.map(({ table, column }) => `${table}.${column}`).filter((c) => !known.has(c))).toEqual([])
  })
})

/** Stored long ago, as the store tells it. */
async function age(control: StoredControl, digest: string): Promise<void> {
  if (control.stub) return ageIn(control.stub, digest)
  await utimes(foldersOf(control).path(digest), 0, 0)
}

function ageIn(stub: S3Stub, digest: string): void {
  const [key, object] = [...stub.objects].find(([key]) => key.endsWith(digest.slice('sha256:'.length)))!
  stub.objects.set(key, { ...object, at: new Date(0).toISOString() })
}

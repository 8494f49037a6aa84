// What the database refuses to change by itself, tried with plain SQL: code never tries.

import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Database } from '#db/connect.ts'
import { insertDeployment } from '#db/queries/deployments.ts'
import { deleteOldManifests } from '#db/queries/manifest-retention.ts'
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts'
import { loadFixtures } from './fixtures.ts'
import { migrationTags } from './older-build.ts'

let scratch: TestDatabase
let database: Database
beforeAll(async () => {
  scratch = await createTestDatabase()
  await loadFixtures(scratch.url, (await migrationTags()).length - 1)
  database = connect(scratch.url)
})
afterAll(async () => {
  await database.close()
  await scratch.drop()
})

/** In a transaction that is rolled back: what it answered, or why it was refused. */
async function tried(statement: string): Promise<{ rows: number } | { code: string; message: string }> {
  const client = await database.pool.connect()
  try {
    await client.query('begin')
    const { rowCount } = await client.query(statement)
    await client.query('set constraints all immediate')
    return { rows: rowCount ?? 0 }
  } catch (error) {
    const { code = '', message } = error as pg.DatabaseError
    return { code, message }
  } finally {
    await client.query('rollback')
    client.release()
  }
}

const refusal = (words: string | RegExp) => ({
  code: '23001',
  message: typeof words === 'string' ? expect.stringContaining(words) : expect.stringMatching(words),
})

const VERSIONED = [
  'models',
  'datasets',
  'dataset_images',
  'selections',
  'routers',
  'functions',
  'deployments',
] as const

describe.each([...VERSIONED, 'rollout_events', 'alias_moves'])('a row of %s', (table) => {
  test('is not changed, not even to what it is', async () => {
    const { rows } = await database.pool.query(
      `select column_name as name from information_schema.columns where table_name = $1 and table_schema = 'public'`,
      [table],
    )
    for (const { name } of rows)
      expect(await tried(`update ${table} set "${name}" = "${name}"`)).toEqual(
        refusal(`Cannot update row of "${table}": it is immutable, expected a new row instead`),
      )
  })

  test('is not deleted, nor with all others', async () => {
    expect(await tried(`delete from ${table}`)).toEqual(refusal(`Cannot delete row of "${table}"`))
    expect(await tried(`truncate ${table} cascade`)).toEqual(refusal('Cannot truncate row of'))
  })
})

describe('refused:', () => {
  test.each([
    [
      'to re-date a signed manifest',
      `update manifests set expires_at = expires_at + interval '1 day'`,
      'update row of "manifests"',
    ],
    [
      'to delete the newest manifest of a device',
      'delete from manifests where sequence = 2',
      'it is the newest of its device',
    ],
    ['to delete all manifests', 'delete from manifests', 'it is the newest of its device'],
    [
      'to change a report',
      `update evaluations set report = '{}' where state = 'done'`,
      'update row of "evaluations"',
    ],
    [
      'to open a done evaluation again',
      `update evaluations set state = 'running', report = null, finished_at = null where state = 'done'`,
      'row of "evaluations"',
    ],
    ['to delete a report', `delete from evaluations where state = 'done'`, 'delete row of "evaluations"'],
    [
      'to give a digest other bytes',
      'update artifacts set size_bytes = size_bytes + 1',
      'its size_bytes never changes',
    ],
    [
      'to ask a job for another model',
      `update device_jobs set model_id = 'mod_2' where id = 'job_1'`,
      'its model_id never changes',
    ],
    [
      'to run a done job again',
      `update device_jobs set state = 'running', finished_at = null where state = 'done'`,
      'its state never changes',
    ],
    [
      'to re-date a done job',
      `update device_jobs set started_at = now() where state = 'done'`,
      'its started_at never changes',
    ],
    ['to delete a done job', `delete from device_jobs where state = 'done'`, 'delete row of "device_jobs"'],
    ['to change an outcome', `update outcome_chunks set first = 1`, 'update row of "outcome_chunks"'],
    ['to delete outcomes alone', 'delete from outcome_chunks', 'it goes only with what it belongs to'],
    ['to change a feature', `update feature_rows set features = '{}'`, 'update row of "feature_rows"'],
    ['to delete features alone', 'delete from feature_rows', 'it goes only with what it belongs to'],
    [
      'to say that a group ran something else',
      `update rollouts set deployment_id = 'dep_1' where state = 'current'`,
      'its deployment_id never changes',
    ],
    [
      'to make a rollout of before current',
      `update rollouts set state = 'current', ended_at = null where state = 'superseded'`,
      'update row of "rollouts"',
    ],
    ['to forget a rollout', 'delete from rollouts', 'delete row of "rollouts"'],
    [
      'to change the plan of a rollout under way',
      `update staged_rollouts set plan = '{"stages": [{}]}'`,
      'its plan never changes',
    ],
    [
      'to add an image to a data set',
      `insert into dataset_images values ('set_1', 2, 'sha256:' || repeat('0', 64), 0, 'late.png')`,
      'Cannot add image "2" to data set "set_1": it has 2',
    ],
  ])('%s', async (_, statement, words) => {
    expect(await tried(statement)).toEqual(refusal(words))
  })

  test('a data set that lacks images', async () => {
    const insert = `insert into datasets (id, name, labels_digest, images_digest, image_count)
      select 'set_x', 'half', labels_digest, images_digest, 2 from datasets`
    expect(await tried(insert)).toMatchObject({
      code: '23514',
      message: 'Cannot add data set "set_x": it has 0 images, expected 2',
    })
  })
})

describe('still done:', () => {
  test.each([
    ['old manifests go', 'delete from manifests where sequence = 1', 1],
    [
      'the energy of a done job is told anew',
      `update device_jobs set result = '{"energy": {"perImageJ": 1}}' where state = 'done'`,
      1,
    ],
    [
      'a running job goes on',
      `update device_jobs set done = 2, state = 'done', result = '{}', finished_at = now() where id = 'job_2'`,
      1,
    ],
    ['what a job measured goes with it', `delete from device_jobs where id = 'job_2'`, 1],
    ['a failed evaluation goes', `delete from evaluations where state = 'failed'`, 1],
    [
      'a rollout is superseded',
      `update rollouts set state = 'superseded', ended_at = now() where state = 'current'`,
      1,
    ],
    ['a staged rollout moves on', `update staged_rollouts set cuts = '{0.1,1}' where state = 'running'`, 1],
    ['an artifact is touched', 'update artifacts set touched_at = now()', 2],
  ])('%s', async (_, statement, rows) => {
    expect(await tried(statement)).toEqual({ rows })
  })

  test('the sweep of manifests', async () => {
    const all = { afterId: '', devicesMax: 100 }
    const { deleted } = await deleteOldManifests(database.db, { newest: 1, deployments: 1 }, all)
    expect(deleted).toBeGreaterThanOrEqual(0)
    const { rows } = await database.pool.query('select max(sequence) from manifests')
    expect(rows).toEqual([{ max: 2 }])
  })
})

test('a refusal tells the table and the trigger, for whoever maps it to an answer', async () => {
  await expect(database.pool.query('delete from models')).rejects.toMatchObject({
    table: 'models',
    constraint: 'models_immutable',
  })
})

test('a new version beside the old ones is always possible', async () => {
  const { rows } = await database.pool.query('select document from deployments')
  const ref = { id: 'mod_1' }
  const draft = {
    ...rows[0].document,
    local: ref,
    edge: { id: 'mod_2' },
    router: { id: 'rtr_1' },
    function: { id: 'fun_1' },
  }
  expect((await insertDeployment(database.db, draft)).version).toBe(3)
})

// Every list in pages: all rows once, whatever is inserted meanwhile, rows of one microsecond too; a cursor that is none
// is refused by its field; and every order has its index.

import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allOf } from '#admin/client/link/pages.ts'
import { fillDatabase } from '#test/db/filled-database.ts'
import { type Control, openControl, refusalOf } from '../control-rig.ts'

const DEVICES = 2_500

let control: Control
beforeAll(async () => {
  control = await openControl()
  await fillDatabase(control.ctx.db)
  await control.database.pool.query(`
    insert into devices (id, name, tier, group_name, public_key, url, platform, report)
    select 'dev_' || n, 'device-' || lpad(n::text, 6, '0'), case n % 10 when 0 then 'edge' else 'local' end,
      'field-' || n % 7, '{}', 'http://x', 'test',
      case n % 3 when 0 then null when 1 then '{"state": "serving"}'::jsonb else '{"state": "failed"}'::jsonb end
    from generate_series(1, ${DEVICES}) n`)
  // All in one transaction: created at the same microsecond.
  await control.database.pool.query(`
    insert into device_jobs (id, kind, device_id, dataset_id, features_version, total)
    select 'job_' || n, 'features', 'dev_' || n, (select id from datasets limit 1), 1, 4 from generate_series(1, 500) n`)
})
afterAll(() => control[Symbol.asyncDispose]())

const lists = () => {
  const { admin } = control
  const dataset = 'scenes'
  return {
    'models.list': admin.models.list,
    'datasets.list': admin.datasets.list,
    'datasets.images': { query: (ask: object) => admin.datasets.images.query({ ...ask, name: dataset }) },
    'devices.list': admin.devices.list,
    'devices.groups': admin.devices.groups,
    'profiles.list': admin.profiles.list,
    'selections.list': admin.selections.list,
    'evaluations.list': admin.evaluations.list,
    'routers.list': admin.routers.list,
    'functions.list': admin.functions.list,
    'rollouts.list': { query: (ask: object) => admin.rollouts.list.query({ ...ask, all: true }) },
    'rollouts.history': admin.rollouts.history,
    'rollouts.deployments': admin.rollouts.deployments,
    'aliases.list': admin.aliases.list,
    'aliases.history': { query: (ask: object) => admin.aliases.history.query({ ...ask, name: 'stable' }) },
    'edges.list': admin.edges.list,
    'captures.list': admin.captures.list,
    'captures.stored': admin.captures.stored,
  } as Record<string, { query(ask: object): Promise<{ items: unknown[]; nextCursor: string | null }> }>
}

test.each(
  Object.keys({
    'models.list': 0,
    'datasets.list': 0,
    'datasets.images': 0,
    'devices.list': 0,
    'devices.groups': 0,
    'profiles.list': 0,
    'selections.list': 0,
    'evaluations.list': 0,
    'routers.list': 0,
    'functions.list': 0,
    'rollouts.list': 0,
    'rollouts.history': 0,
    'rollouts.deployments': 0,
    'aliases.list': 0,
    'aliases.history': 0,
    'edges.list': 0,
    'captures.list': 0,
    'captures.stored': 0,
  }),
)('%s pages, and refuses cursors that are none of its own', async (name) => {
  const list = lists()[name]!
  const whole = await list.query({ limit: 1_000 })
  const first = await list.query({ limit: 1 })
  expect(first.items).toEqual(whole.items.slice(0, 1))
  if (first.nextCursor !== null) {
    const second = await list.query({ limit: 1, cursor: first.nextCursor })
    expect(second.items).toEqual(whole.items.slice(1, 2))
  }
  const foreign = Buffer.from(JSON.stringify(['another', 'x'])).toString('base64url')
  for (const cursor of ['nonsense', foreign, Buffer.from('"x"').toString('base64url')]) {
    const { code, status, message, fields } = await refusalOf(list.query({ cursor }))
    expect([code, status]).toEqual(['BAD_REQUEST', 400])
    expect(message).toContain('Cannot read cursor')
    expect(fields).toEqual([{ path: 'cursor', message }])
  }
})

describe('of 2,500 devices', () => {
  test('all come once, also those that join on the way', async () => {
    const { admin } = control
    const first = await admin.devices.list.query({ limit: 1_000 })
    await control.database.pool.query(`
      insert into devices (id, name, tier, group_name, public_key, url, platform)
      values ('dev_early', 'aaa', 'local', 'field-0', '{}', 'x', 'x'), ('dev_late', 'zzz', 'local', 'field-0', '{}', 'x', 'x')`)
    const names = first.items.map((d) => d.name)
    for (let cursor = first.nextCursor; cursor !== null; ) {
      const page = await admin.devices.list.query({ limit: 700, cursor })
      names.push(...page.items.map((d) => d.name))
      cursor = page.nextCursor
    }
    expect(new Set(names).size).toBe(names.length)
    expect(names).toContain('zzz')
    expect(names).not.toContain('aaa')
    expect(names.filter((name) => name.startsWith('device-'))).toHaveLength(DEVICES)
  })

  test.each([
    [{ group: 'field-3' }, 357],
    [{ tier: 'edge' as const }, 251],
    [{ states: ['failed' as const] }, 833],
    [{ group: 'field-3', states: ['serving' as const, 'failed' as const] }, 238],
    [{ ids: ['dev_5', 'dev_6'] }, 2],
  ])('those of %j', async (filter, count) => {
    expect(await allOf(control.admin.devices.list, filter)).toHaveLength(count)
  })

  test('are counted by group, tier and state', async () => {
    const { items } = await control.admin.devices.groups.query()
    const field = items.find((g) => g.name === 'field-3')!
    expect(field.devices.local + field.devices.edge).toBe(357)
    expect(Object.values(field.states).reduce((a, b) => a + b)).toBe(357)
    expect(field).toMatchObject({ current: null, next: null })
  })
})

test('500 jobs of one microsecond come once, oldest or newest first', async () => {
  const oldest = await allOf(control.admin.profiles.list, { kind: 'features' })
  const newest: typeof oldest = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await control.admin.profiles.list.query({
      kind: 'features',
      newestFirst: true,
      limit: 7,
      cursor,
    })
    newest.push(...page.items)
    cursor = page.nextCursor
  }
  expect(newest.map((j) => j.id)).toEqual(oldest.map((j) => j.id).reverse())
  expect(oldest.length).toBeGreaterThan(500)
})

test('a data set tells its images and how many each class has', async () => {
  const { items } = await control.admin.datasets.images.query({ name: 'scenes' })
  const classes = await refusalOf(control.admin.datasets.classes.query({ name: 'nowhere' }))
  expect(items.map((i) => i.index)).toEqual([0, 1, 2, 3])
  expect(classes.code).toBe('NOT_FOUND')
})

test.each([
  ['devices of a group', sql`select * from devices where group_name = 'x' order by name limit 50`],
  ['devices in a state', sql`select * from devices where state = 'failed' order by name limit 50`],
  ['devices', sql`select * from devices where name > 'device-001' order by name limit 50`],
  ['jobs', sql`select * from device_jobs order by created_at, id limit 50`],
  ['jobs of a device', sql`select * from device_jobs where device_id = 'x' order by created_at, id limit 50`],
  [
    'images of a class',
    sql`select * from dataset_images where dataset_id = 'x' and label = 1 order by index limit 50`,
  ],
])('%s are found by an index, without sorting', async (_, query) => {
  const rows = await control.ctx.db.transaction(async (tx) => {
    await tx.execute(sql`set local enable_seqscan = off`)
    await tx.execute(sql`set local enable_bitmapscan = off`)
    return (await tx.execute(sql`explain ${query}`)).rows
  })
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  expect(plan).toContain('Index Scan')
  expect(plan).not.toMatch(/Sort|Seq Scan/)
})

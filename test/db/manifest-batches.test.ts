// Manifests of many devices stored by one statement: each that is answered as stored is a row, no number is given out
// twice, whoever else stores at the same time and in whatever order.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { pollRows } from '#admin/device/polls/poll-rows.ts'
import { connect } from '#db/connect.ts'
import { insertNext, lastManifests, type NextManifest, nextManifest } from '#db/queries/manifests.ts'
import { digestOf } from '#platform/artifact-store.ts'
import { addDevice, manifestAt } from './filled-database.ts'
import { openQueryRig, type QueryRig, times } from './query-rig.ts'

let rig: QueryRig
let devices: string[]
beforeAll(async () => {
  rig = await openQueryRig()
  devices = (await times(40, (i) => addDevice(rig.database.db, `batched ${i}`, 'local'))).map(({ id }) => id)
})
afterAll(() => rig[Symbol.asyncDispose]())

const db = () => rig.database.db
const next = (deviceId: string, after: number, content: string, sequence = after + 1): NextManifest => ({
  after,
  row: { ...manifestAt(deviceId, sequence, content), digest: digestOf(`${deviceId} ${sequence} ${content}`) },
})
const rowsOf = async (ids: readonly string[]) =>
  (
    await rig.database.pool.query(
      'select device_id, sequence, content, digest from manifests where device_id = any($1) order by 1, 2',
      [ids],
    )
  ).rows

test('of two of one device in one statement one is stored, and it is told which', async () => {
  const id = devices[0]!
  const both = [next(id, 0, 'one'), next(id, 0, 'other')]
  const stored = await insertNext(db())(both)
  const [row] = [...stored.keys()].map((one) => one.row)
  expect(stored.size).toBe(1)
  expect(await rowsOf([id])).toMatchObject([{ sequence: 1, content: row!.content }])
})

test('what was made from an older one is left out, the others are stored', async () => {
  const [old, fresh, gone] = devices.slice(1, 4) as [string, string, string]
  await insertNext(db())([next(old, 0, 'first'), next(gone, 0, 'first')])
  await insertNext(db())([next(gone, 1, 'second'), next(gone, 2, 'third')].slice(0, 1))
  // Its second is deleted: the key alone would let it come again.
  await rig.database.pool.query('delete from manifests where device_id = $1 and sequence = 1', [gone])
  const late = [next(old, 0, 'late'), next(fresh, 0, 'first'), next(gone, 0, 'late')]
  const stored = await insertNext(db())(late)
  expect([...stored.keys()]).toEqual([late[1]])
  expect(await rowsOf([old, fresh, gone])).toHaveLength(3)
})

test('two control planes with all devices at once give each number once and never wait in a ring', async () => {
  const ids = devices.slice(4)
  const other = connect(rig.url, { max: 10 })
  const planes = [pollRows(db()).manifests, pollRows(other.db).manifests]
  const made = await Promise.all(
    planes.flatMap((store, plane) =>
      times(4, async (round) => {
        const order = plane === 0 ? ids : ids.toReversed()
        return Promise.all(
          order.map((id) =>
            nextManifest(
              store,
              id,
              async (last) => next(id, last?.sequence ?? 0, `plane ${plane} round ${round}`).row,
            ),
          ),
        )
      }),
    ),
  )
  await other.close()
  const rows = await rowsOf(ids)
  expect(rows).toHaveLength(ids.length * 8)
  const given = made.flat(2).map(({ deviceId, sequence, digest }) => `${deviceId} ${sequence} ${digest}`)
  expect(new Set(given)).toEqual(new Set(rows.map((r) => `${r.device_id} ${r.sequence} ${r.digest}`)))
  expect(given).toHaveLength(rows.length)
  const newest = await lastManifests(db())([...ids, 'unknown'])
  expect([...newest.values()].map(({ sequence }) => sequence)).toEqual(ids.map(() => 8))
})

// Deleting old manifests changes no answer that the control plane gives from them, keeps a bounded number of each
// device, and never lets a sequence come twice: over random histories of a fleet.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '#core/random.ts'
import { insertDeployment } from '#db/queries/deployments.ts'
import { deleteOldManifests } from '#db/queries/manifest-retention.ts'
import { nextManifest, toldSequences } from '#db/queries/manifests.ts'
import { addDevice, manifestAt } from './filled-database.ts'
import { lastManifest, manifestStore, toldBefore } from './manifest-store.ts'
import { openQueryRig, type QueryRig } from './query-rig.ts'

const RETENTION = { newest: 5, deployments: 3 }
const DEVICES = 12
const MANIFESTS_MAX = 60

let rig: QueryRig
let deployments: string[]
const db = () => rig.database.db
const random = createRandom(11)
const below = (n: number) => Math.floor(random() * n)

beforeAll(async () => {
  rig = await openQueryRig()
  deployments = []
  for (let i = 0; i < 6; i++) deployments.push((await insertDeployment(db(), rig.filled.deployment)).id)
})
afterAll(() => rig[Symbol.asyncDispose]())

interface Told {
  readonly deviceId: string
  readonly sequence: number
  readonly serving: string
}

/** Told a deployment for a while, then another one; it has acted on one of the manifests, not always the newest. */
async function addHistory(name: string): Promise<Told> {
  const { id: deviceId } = await addDevice(db(), name, 'edge')
  const told: string[] = []
  const count = 1 + below(MANIFESTS_MAX)
  while (told.length < count)
    told.push(told.length > 0 && random() < 0.7 ? told.at(-1)! : deployments[below(deployments.length)]!)
  for (const [i, deploymentId] of told.entries())
    await nextManifest(manifestStore(db()), deviceId, async () => ({
      ...manifestAt(deviceId, i + 1, `content ${i}`),
      deploymentId,
    }))
  const sequence = Math.max(1, count - (random() < 0.5 ? 0 : below(count)))
  const report = JSON.stringify({ state: 'serving', sequence, servingDeploymentId: told[sequence - 1] })
  await rig.database.pool.query('update devices set report = $1 where id = $2', [report, deviceId])
  return { deviceId, sequence, serving: told[sequence - 1]! }
}

/** All that is asked of manifests, of any report that may still come. */
async function answers({ deviceId, sequence, serving }: Told) {
  const newest = await lastManifest(db(), deviceId)
  const told = await toldSequences(db(), serving, [deviceId])
  const before = []
  for (let later = sequence; later <= newest!.sequence; later++)
    before.push(await toldBefore(db(), { deviceId, sequence: later, deploymentId: serving }))
  return { newest, before, isToldOf: told.has(`${deviceId}/${sequence}`) }
}

const rowsOf = async (deviceId: string): Promise<{ sequence: number; deployment_id: string }[]> =>
  (
    await rig.database.pool.query(
      'select sequence, deployment_id from manifests where device_id = $1 order by sequence desc',
      [deviceId],
    )
  ).rows

test('what is deleted is missed by nobody', async () => {
  const fleet: Told[] = []
  for (let i = 0; i < DEVICES; i++) fleet.push(await addHistory(`device-${i}`))
  const before = await Promise.all(fleet.map(answers))
  const rowsBefore = await Promise.all(fleet.map(({ deviceId }) => rowsOf(deviceId)))

  let afterId = ''
  let deleted = 0
  for (let looks = 0; ; looks++) {
    expect(looks).toBeLessThan(DEVICES)
    const sweep = await deleteOldManifests(db(), RETENTION, { afterId, devicesMax: 5 })
    deleted += sweep.deleted
    if (sweep.deviceId === undefined) break
    afterId = sweep.deviceId
  }
  expect(await Promise.all(fleet.map(answers))).toEqual(before)

  let kept = 0
  for (const [i, { deviceId, sequence }] of fleet.entries()) {
    const rows = await rowsOf(deviceId)
    kept += rows.length
    const old = rows.slice(RETENTION.newest).filter((row) => row.sequence < sequence)
    expect(old.length).toBeLessThanOrEqual(RETENTION.deployments + 1)
    const newestDeployments = [...new Set(rowsBefore[i]!.map((row) => row.deployment_id))]
    expect(rows.map((row) => row.deployment_id)).toEqual(
      expect.arrayContaining(newestDeployments.slice(0, RETENTION.deployments)),
    )
    expect(rows[0]).toEqual(rowsBefore[i]![0])
  }
  expect(deleted).toBe(rowsBefore.flat().length - kept)
  expect(deleted).toBeGreaterThan(50)
  expect(await deleteOldManifests(db(), RETENTION, { afterId: '', devicesMax: 100 })).toEqual({
    deleted: 0,
    deviceId: undefined,
  })
})

test('a manifest that was made before others were told and deleted again gets no sequence of theirs', async () => {
  const { id: deviceId } = await addDevice(db(), 'slow', 'edge')
  const tell = (content: string) =>
    nextManifest(manifestStore(db()), deviceId, async (last) =>
      manifestAt(deviceId, (last?.sequence ?? 0) + 1, content),
    )
  await tell('the first')
  let attempts = 0
  const slow = await nextManifest(manifestStore(db()), deviceId, async (last) => {
    if (++attempts === 1) {
      for (let i = 0; i < 3 * RETENTION.newest; i++) await tell(`meanwhile ${i}`)
      const said = { state: 'serving', sequence: 3 * RETENTION.newest, servingDeploymentId: 'none' }
      const report = JSON.stringify(said)
      await rig.database.pool.query('update devices set report = $1 where id = $2', [report, deviceId])
      await deleteOldManifests(db(), RETENTION, { afterId: '', devicesMax: 100 })
      expect((await rowsOf(deviceId)).map((row) => row.sequence)).not.toContain(last!.sequence + 1)
    }
    return manifestAt(deviceId, last!.sequence + 1, 'slow')
  })
  expect([attempts, slow.sequence]).toEqual([2, 3 * RETENTION.newest + 2])
})

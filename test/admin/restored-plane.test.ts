// Devices and a control plane that comes back from a backup older than what they have seen: they refuse lower sequences
// for good, so it must begin above, by itself.

import path from 'node:path'
import { compactVerify, importJWK } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Manifest } from '#contract/manifest.ts'
import { restoreBackup } from '#db/backup/restore-backup.ts'
import { writeBackup } from '#db/backup/write-backup.ts'
import { createEmptyDatabase } from '#test/harness/database.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { type Control, openControl } from './control-rig.ts'
import { deviceClient, enrolDevice, type FakeDevice } from './fake-device.ts'
import { openRolloutRig, type RolloutRig } from './rollout-rig.ts'

let rig: RolloutRig
let before: Control
let folder: TempFolder
beforeAll(async () => {
  rig = await openRolloutRig()
  before = rig.control
  folder = await tempFolder('restored')
})
afterAll(async () => {
  await rig[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

async function told(control: Control, device: FakeDevice): Promise<Manifest> {
  const jws = await (await device.send('/manifest?wait=0')).text()
  const { payload } = await compactVerify(jws, await importJWK(control.ctx.signer.publicKey, 'EdDSA'))
  return Manifest.parse(JSON.parse(new TextDecoder().decode(payload)))
}

test('a restored control plane goes on above what devices have seen, with what the backup knew', async () => {
  const { router } = rig
  const pi = await enrolDevice(before, { name: 'seen', tier: 'local', group: 'g' })
  const tx2 = await enrolDevice(before, { name: 'seen-edge', tier: 'edge', group: 'g' })
  const promote = async (edgeDeadlineMs: number) =>
    (await before.admin.rollouts.promote.mutate({ router, group: 'g', policy: { edgeDeadlineMs } }))
      .deployment.id
  const serve = async (id: string) => {
    const { sequence } = await told(before, tx2)
    await tx2.report({ servingDeploymentId: id, sequence })
    return told(before, pi)
  }
  const known = await promote(500)
  await serve(known)
  const file = path.join(folder.path, 'backup')
  await writeBackup({ url: before.databaseUrl, file })
  await serve(await promote(501))
  const seen = [(await serve(await promote(502))).sequence, (await told(before, tx2)).sequence]

  const database = await createEmptyDatabase()
  await restoreBackup({ url: database.url, file })
  await using after = await openControl(database)
  const devices = [pi, tx2].map(({ id, key, url }) => deviceClient(after, { id, key, url }))
  const [onPi, onTx2] = [await told(after, devices[0]!), await told(after, devices[1]!)]
  expect(onPi.sequence).toBeGreaterThan(seen[0]!)
  expect(onTx2.sequence).toBeGreaterThan(seen[1]!)
  // The local device keeps its pair whole: its edge half is what the backup knows, since that was reported last.
  expect([onPi.deployment?.id, onTx2.deployment?.id]).toEqual([known, known])
  expect(await told(after, devices[0]!)).toEqual(onPi)
})

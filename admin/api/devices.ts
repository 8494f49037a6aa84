// Devices: one-time enrolment codes, the list with what each one reported last, the log of each, what its answers cost,
// revocation.

import { createHash, randomBytes } from 'node:crypto'
import { DeviceEnergy, DeviceList, DeviceLog, EnrolmentDraft } from '#contract/api/fleet.ts'
import { ByName } from '#contract/api/names.ts'
import { PageQuery } from '#contract/api/page.ts'
import type { Db } from '#db/db.ts'
import { type DeviceRow, findDevice, insertEnrolment, revokeDevice } from '#db/queries/devices.ts'
import { pageDevices, pageGroups } from '#db/queries/lists/fleet-lists.ts'
import { pageDeviceLog } from '#db/queries/observe/device-log.ts'
import { energyByHour } from '#db/queries/observe/energy.ts'
import { fleetTotals } from '#db/queries/polls/fleet-totals.ts'
import { deploymentsByGroup, pairsByVersion, versionsById } from '#db/queries/rollouts/group-deployments.ts'
import { SILENT_AFTER_S } from '#db/queries/rollouts/observe.ts'
import { found, Refusal } from '../refusal.ts'
import { mutation, query, router } from './trpc.ts'

const CODE_VALID_MS = 15 * 60_000

export const enrolmentHash = (code: string): Buffer => createHash('sha256').update(code).digest()

/** A device with the version that it runs, beside what its group runs or is on its way to. */
async function fleetView(db: Db) {
  const [groups, versions] = [await deploymentsByGroup(db), await versionsById(db)]
  return (device: DeviceRow) => {
    const group = groups.get(device.groupName) ?? { current: null, next: null }
    const runs = versions.get(device.report?.servingDeploymentId ?? '') ?? null
    const wanted = [group.current, group.next].filter((version) => version !== null)
    return {
      ...device,
      runs,
      group,
      isBehind: wanted.length > 0 && !wanted.some((version) => version === runs),
    }
  }
}

export const devicesRouter = router({
  list: query.input(DeviceList.prefault({})).query(async ({ ctx, input }) => {
    const inFleet = await fleetView(ctx.db)
    const { items, nextCursor } = await pageDevices(ctx.db, input)
    return { items: items.map(inFleet), nextCursor }
  }),

  /** With how many devices are in which state, and what each runs, with its pair, or is on its way to. */
  groups: query.input(PageQuery.prefault({})).query(async ({ ctx, input }) => {
    const runs = await deploymentsByGroup(ctx.db)
    const { items, nextCursor } = await pageGroups(ctx.db, input)
    const versionOf = (name: string) => runs.get(name)?.current ?? null
    const versions = items.map(({ name }) => versionOf(name)).filter((version) => version !== null)
    const pairs = await pairsByVersion(ctx.db, [...new Set(versions)])
    const groups = items.map((group) => ({
      ...group,
      ...(runs.get(group.name) ?? { current: null, next: null }),
      pair: pairs.get(versionOf(group.name) ?? -1) ?? null,
    }))
    return { items: groups, nextCursor }
  }),

  get: query
    .input(ByName)
    .query(async ({ ctx, input }) =>
      (await fleetView(ctx.db))(found(await findDevice(ctx.db, input.name), 'device', input.name)),
    ),

  /** Of the whole fleet: how many are in which state, and of how many it is long since they said anything. */
  totals: query.query(({ ctx }) => fleetTotals(ctx.db, SILENT_AFTER_S)),

  log: query.input(DeviceLog).query(async ({ ctx, input: { name, ...ask } }) => {
    const { id: deviceId } = found(await findDevice(ctx.db, name), 'device', name)
    return pageDeviceLog(ctx.db, { ...ask, deviceId })
  }),

  energy: query.input(DeviceEnergy).query(async ({ ctx, input: { name, hours } }) => {
    const { id } = found(await findDevice(ctx.db, name), 'device', name)
    return energyByHour(ctx.db, id, new Date(Date.now() - hours * 3_600_000))
  }),

  /** Answers the code once; it is good for one device within 15 minutes. */
  createEnrolment: mutation.input(EnrolmentDraft).mutation(async ({ ctx, input }) => {
    if (await findDevice(ctx.db, input.name))
      throw new Refusal(
        'conflict',
        `Cannot enrol device "${input.name}": that name is taken, expected a new name`,
      )
    const code = randomBytes(16).toString('base64url')
    const expiresAt = new Date(Date.now() + CODE_VALID_MS)
    await insertEnrolment(ctx.db, {
      hash: enrolmentHash(code),
      name: input.name,
      tier: input.tier,
      groupName: input.group,
      expiresAt,
    })
    return { code, expiresAt }
  }),

  revoke: mutation.input(ByName).mutation(async ({ ctx, input }) => {
    const device = found(await findDevice(ctx.db, input.name), 'device', input.name)
    const revoked = await revokeDevice(ctx.db, device.id)
    if (revoked) ctx.audit.changed(`device ${device.id}`, { revoked: false }, { revoked: true })
    return { revoked }
  }),
})

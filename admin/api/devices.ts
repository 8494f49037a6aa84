// Devices: one-time enrolment codes, the list with what each one reported last, revocation.

import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { ModelName } from '#contract/model.ts'
import { Tier } from '#contract/tier.ts'
import type { Db } from '#db/db.ts'
import {
  type DeviceRow,
  findDevice,
  insertEnrolment,
  listDevices,
  revokeDevice,
} from '#db/queries/devices.ts'
import { deploymentsByGroup, versionsById } from '#db/queries/rollouts/group-deployments.ts'
import { found, Refusal } from '../refusal.ts'
import { ByName, GroupName } from './inputs.ts'
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
  list: query.query(async ({ ctx }) => {
    const inFleet = await fleetView(ctx.db)
    return (await listDevices(ctx.db)).map(inFleet)
  }),

  get: query
    .input(ByName)
    .query(async ({ ctx, input }) =>
      (await fleetView(ctx.db))(found(await findDevice(ctx.db, input.name), 'device', input.name)),
    ),

  /** Answers the code once; it is good for one device within 15 minutes. */
  createEnrolment: mutation
    .input(z.object({ name: ModelName, tier: Tier, group: GroupName }))
    .mutation(async ({ ctx, input }) => {
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
    return { revoked: await revokeDevice(ctx.db, device.id) }
  }),
})

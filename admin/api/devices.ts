// Devices: one-time enrolment codes, the list with what each one reported last, revocation.

import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { ModelName } from '#contract/model.ts'
import { Tier } from '#contract/tier.ts'
import { findDevice, insertEnrolment, listDevices, revokeDevice } from '#db/queries/devices.ts'
import { found, Refusal } from '../refusal.ts'
import { ByName, GroupName } from './inputs.ts'
import { mutation, query, router } from './trpc.ts'

const CODE_VALID_MS = 15 * 60_000

export const enrolmentHash = (code: string): Buffer => createHash('sha256').update(code).digest()

export const devicesRouter = router({
  list: query.query(({ ctx }) => listDevices(ctx.db)),

  get: query
    .input(ByName)
    .query(async ({ ctx, input }) => found(await findDevice(ctx.db, input.name), 'device', input.name)),

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

// Devices and the one-time codes by which they join.

import { and, asc, eq, gt, isNull, or, sql } from 'drizzle-orm'
import type { DeviceReport, EnrolRequest } from '#contract/device-api.ts'
import type { Tier } from '#contract/tier.ts'
import { type Db, newId } from '../db.ts'
import { devices, enrolmentCodes } from '../schema/profile.ts'

export type DeviceRow = typeof devices.$inferSelect

export interface EnrolmentDraft {
  readonly hash: Buffer
  readonly name: string
  readonly tier: Tier
  readonly groupName: string
  readonly expiresAt: Date
}

export async function insertEnrolment(db: Db, draft: EnrolmentDraft): Promise<void> {
  await db.insert(enrolmentCodes).values({ id: newId('enr'), ...draft })
}

/**
 * Spends the code and makes the device in one transaction: of any number of devices that present one code at
 * once exactly one is enrolled. Undefined: the code is unknown, used, expired or for the other tier.
 */
export async function enrolDevice(
  db: Db,
  hash: Buffer,
  request: EnrolRequest,
): Promise<DeviceRow | undefined> {
  return db.transaction(async (tx) => {
    const [code] = await tx
      .update(enrolmentCodes)
      .set({ usedAt: sql`now()` })
      .where(
        and(
          eq(enrolmentCodes.hash, hash),
          eq(enrolmentCodes.tier, request.tier),
          isNull(enrolmentCodes.usedAt),
          gt(enrolmentCodes.expiresAt, sql`now()`),
        ),
      )
      .returning()
    if (!code) return undefined
    const [device] = await tx
      .insert(devices)
      .values({
        id: newId('dev'),
        name: code.name,
        tier: code.tier,
        groupName: code.groupName,
        publicKey: request.publicKey,
        url: request.url,
        platform: request.platform,
      })
      .returning()
    return device
  })
}

export const listDevices = (db: Db): Promise<DeviceRow[]> =>
  db.select().from(devices).orderBy(asc(devices.name))

export async function findDevice(db: Db, idOrName: string): Promise<DeviceRow | undefined> {
  const [row] = await db
    .select()
    .from(devices)
    .where(or(eq(devices.id, idOrName), eq(devices.name, idOrName)))
  return row
}

/** By id. */
export async function deviceNames(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .select({ id: devices.id, name: devices.name })
    .from(devices)
    .where(sql`${devices.id} = any(${sql.param([...ids])}::text[])`)
  return new Map(rows.map(({ id, name }) => [id, name]))
}

export async function groupDevices(db: Db, groupName: string, tier?: Tier): Promise<DeviceRow[]> {
  return db
    .select()
    .from(devices)
    .where(
      and(
        eq(devices.groupName, groupName),
        isNull(devices.revokedAt),
        tier === undefined ? undefined : eq(devices.tier, tier),
      ),
    )
    .orderBy(asc(devices.name))
}

export async function recordReport(db: Db, deviceId: string, report: DeviceReport): Promise<void> {
  await db
    .update(devices)
    .set({ report, url: report.url, lastSeenAt: sql`now()` })
    .where(eq(devices.id, deviceId))
}

/** False where no such device was still trusted. */
export async function revokeDevice(db: Db, deviceId: string): Promise<boolean> {
  const rows = await db
    .update(devices)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(devices.id, deviceId), isNull(devices.revokedAt)))
    .returning({ id: devices.id })
  return rows.length > 0
}

// Who a device is: every request carries a JWT (RFC 7519) that the device signed seconds ago with the key of its
// enrolment. There is nothing to steal on the wire that is good for longer, and revoking is a row in a table.

import { decodeProtectedHeader, errors, importJWK, jwtVerify } from 'jose'
import { DEVICE_TOKEN_AUDIENCE } from '#contract/device-api.ts'
import type { Db } from '#db/db.ts'
import { type DeviceRow, findDevice } from '#db/queries/devices.ts'
import { Refusal } from '../refusal.ts'

// Boards without a battery-backed clock may be minutes off until they reach a time server.
const CLOCK_TOLERANCE_S = 300
const TOKEN_AGE_MAX_S = 120
/** Nothing else is looked up: a token comes from anybody. */
const DEVICE_ID = /^dev_[0-9a-f]{20}$/

const refuse = (why: string, cause?: unknown) =>
  new Refusal('unauthorised', `Cannot accept the device's token: ${why}`, { cause })

function deviceIdOf(token: string): string {
  try {
    const { kid } = decodeProtectedHeader(token)
    if (kid !== undefined && DEVICE_ID.test(kid)) return kid
  } catch (cause) {
    throw refuse('it is not a JWT', cause)
  }
  throw refuse('it names no device')
}

export async function authenticateDevice(db: Db, authorization: string | undefined): Promise<DeviceRow> {
  const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1]
  if (token === undefined) throw refuse('it is missing')
  const id = deviceIdOf(token)
  const device = await findDevice(db, id)
  if (!device || device.id !== id) throw refuse('the device is not enrolled')
  if (device.revokedAt !== null) throw refuse('the device was revoked')
  try {
    await jwtVerify(token, await importJWK(device.publicKey, 'EdDSA'), {
      algorithms: ['EdDSA'],
      audience: DEVICE_TOKEN_AUDIENCE,
      issuer: id,
      maxTokenAge: TOKEN_AGE_MAX_S,
      clockTolerance: CLOCK_TOLERANCE_S,
      requiredClaims: ['exp'],
    })
  } catch (cause) {
    if (cause instanceof errors.JOSEError) throw refuse('its signature or its time is not valid', cause)
    throw cause
  }
  return device
}

// Who a device is: every request carries a JWT (RFC 7519) that the device signed seconds ago with the key of its
// enrolment. There is nothing to steal on the wire that is good for longer, and revoking is a row in a table.
//
// The row is read for every request, so that revoking works at once; requests that come together share the query. Only
// polls may bring a row that they remember (manifest-polls.ts says for how long). Remembered here are imported keys, and
// tokens that were verified for as long as they are good: devices use one for some seconds.

import { type CryptoKey, decodeProtectedHeader, errors, importJWK, jwtVerify } from 'jose'
import { DEVICE_TOKEN_AUDIENCE, type PublicKey } from '#contract/device-api.ts'
import type { Db } from '#db/db.ts'
import type { DeviceRow } from '#db/queries/devices.ts'
import { devicesById } from '#db/queries/polls/devices-by-id.ts'
import { Refusal } from '../refusal.ts'
import { BoundedMap } from './bounded-map.ts'
import { inBatches } from './in-batches.ts'

// Boards without a battery-backed clock may be minutes off until they reach a time server.
const CLOCK_TOLERANCE_S = 300
const TOKEN_AGE_MAX_S = 120
/** Nothing else is looked up: a token comes from anybody. */
const DEVICE_ID = /^dev_[0-9a-f]{20}$/
/** About 1 KB each. */
const KEYS_MAX = 20_000
/** About 400 bytes each; a device needs one or two. */
const TOKENS_MAX = 20_000

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

/** What of a device its token is judged by. */
export type Signatory = Pick<DeviceRow, 'id' | 'publicKey'>

/** Of a token: whose it is, by which key it was verified, and until when its times hold. */
export interface Verified {
  readonly id: string
  readonly key: string
  readonly untilMs: number
}

export class DeviceAuth {
  readonly #rows: (deviceId: string) => Promise<DeviceRow | undefined>
  readonly #keys = new BoundedMap<string, CryptoKey | Uint8Array>(KEYS_MAX)
  /** By the whole header. */
  readonly #verified = new BoundedMap<string, Verified>(TOKENS_MAX)

  constructor(db: Db) {
    this.#rows = inBatches(devicesById(db))
  }

  authenticate(authorization: string | undefined): Promise<DeviceRow> {
    return this.authenticateBy((id) => this.trusted(id), authorization)
  }

  /** `find` throws where the device is not trusted. */
  async authenticateBy<D extends Signatory>(
    find: (deviceId: string) => D | Promise<D>,
    authorization: string | undefined,
  ): Promise<D> {
    const verified = this.verified(authorization)
    const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1]
    if (token === undefined) throw refuse('it is missing')
    const device = await find(verified?.id ?? deviceIdOf(token))
    if (verified?.key !== device.publicKey.x)
      this.#verified.set(authorization!, await this.#verify(token, device))
    return device
  }

  /** What is known of a token that was verified before and is still good; not whether its device is trusted. */
  verified(authorization: string | undefined): Verified | undefined {
    const verified = authorization === undefined ? undefined : this.#verified.get(authorization)
    return verified && Date.now() < verified.untilMs ? verified : undefined
  }

  /** As its row says now. */
  async trusted(id: string): Promise<DeviceRow> {
    const device = await this.#rows(id)
    if (!device) throw refuse('the device is not enrolled')
    if (device.revokedAt !== null) throw refuse('the device was revoked')
    return device
  }

  async #verify(token: string, { id, publicKey }: Signatory): Promise<Verified> {
    try {
      const { payload } = await jwtVerify(token, await this.#keyOf(publicKey), {
        algorithms: ['EdDSA'],
        audience: DEVICE_TOKEN_AUDIENCE,
        issuer: id,
        maxTokenAge: TOKEN_AGE_MAX_S,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['exp'],
      })
      // Both claims were just required, `iat` by the greatest age.
      const endS = Math.min(payload.exp!, payload.iat! + TOKEN_AGE_MAX_S)
      return { id, key: publicKey.x, untilMs: (endS + CLOCK_TOLERANCE_S) * 1_000 }
    } catch (cause) {
      if (cause instanceof errors.JOSEError) throw refuse('its signature or its time is not valid', cause)
      throw cause
    }
  }

  async #keyOf(publicKey: PublicKey): Promise<CryptoKey | Uint8Array> {
    const known = this.#keys.get(publicKey.x)
    if (known) return known
    const key = await importJWK(publicKey, 'EdDSA')
    this.#keys.set(publicKey.x, key)
    return key
  }
}

// Trust in a manifest: signature over the received bytes first (RFC 7515, EdDSA, a pinned key), only then
// parsing, then the claims. What is refused here is reported and changes nothing on the device.

import { compactVerify, decodeProtectedHeader, importJWK } from 'jose'
import type { PinnedKey } from '#contract/device-api.ts'
import { MANIFEST_JWS_TYPE, Manifest } from '#contract/manifest.ts'
import type { Tier } from '#contract/tier.ts'
import type { StoredManifest } from './state.ts'

export class ManifestRefused extends Error {
  readonly code: 'forged' | 'malformed' | 'wrong-device' | 'old' | 'expired'
  constructor(code: ManifestRefused['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ManifestRefused'
    this.code = code
  }
}

export interface Recipient {
  readonly deviceId: string
  readonly tier: Tier
  readonly manifestKeys: readonly PinnedKey[]
}

/** A manifest that some pinned key signed for this device. Says nothing about its age. */
export async function openManifest(jws: string, recipient: Recipient): Promise<Manifest> {
  let payload: Uint8Array
  try {
    const key = signerOf(jws, recipient.manifestKeys)
    if (!key) throw new Error('its key is not pinned on this device')
    const verified = await compactVerify(jws, await importJWK(key, 'EdDSA'), { algorithms: ['EdDSA'] })
    if (verified.protectedHeader.typ !== MANIFEST_JWS_TYPE)
      throw new Error('its type is not that of a manifest')
    payload = verified.payload
  } catch (cause) {
    throw new ManifestRefused('forged', 'Cannot accept manifest: its signature is not valid', { cause })
  }
  let manifest: Manifest
  try {
    manifest = Manifest.parse(JSON.parse(new TextDecoder().decode(payload)))
  } catch (cause) {
    throw new ManifestRefused('malformed', 'Cannot accept manifest: is not what this device understands', {
      cause,
    })
  }
  if (manifest.deviceId !== recipient.deviceId || manifest.tier !== recipient.tier)
    throw new ManifestRefused('wrong-device', `Cannot accept manifest: is for device "${manifest.deviceId}"`)
  return manifest
}

/** The key that a manifest names as its signer, where that is pinned. */
export function signerOf(jws: string, keys: Recipient['manifestKeys']): PinnedKey | undefined {
  const { kid } = decodeProtectedHeader(jws)
  return keys.find((key) => key.kid === kid)
}

/** A manifest from this device's own disk, by the key that it was accepted with, pinned still or not. */
export const openStored = (stored: StoredManifest, recipient: Recipient): Promise<Manifest> =>
  openManifest(stored.jws, {
    ...recipient,
    manifestKeys: stored.signedBy ? [stored.signedBy] : recipient.manifestKeys,
  })

/** Installing needs a larger sequence and a manifest that has not expired; serving needs neither. */
export function checkInstallable(manifest: Manifest, lastSequence: number, now: Date): void {
  if (manifest.sequence <= lastSequence)
    throw new ManifestRefused(
      'old',
      `Cannot accept manifest: sequence is ${manifest.sequence}, expected above ${lastSequence}`,
    )
  if (Date.parse(manifest.expiresAt) <= now.getTime())
    throw new ManifestRefused('expired', `Cannot accept manifest: expired at ${manifest.expiresAt}`)
}

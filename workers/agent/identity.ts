// Who this device is: an Ed25519 key made here, which never leaves, and what enrolment answered. The file is
// written before the code is spent, so that a crash costs at most the code. It is kept twice: without it a device
// cannot say who it is nor check what it is told, and somebody would have to go there. Keys for manifests that come
// after enrolment (contract/manifest.ts) are pinned here too.

import path from 'node:path'
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import { z } from 'zod'
import { DEVICE_TOKEN_AUDIENCE, EnrolAnswer, PublicKey } from '#contract/device-api.ts'
import { readCopies, writeCopies } from '#platform/two-copies.ts'

const IdentityFile = z.object({
  key: z.record(z.string(), z.unknown()),
  enrolment: EnrolAnswer.optional(),
  /** How often it was written: of two copies that differ the higher one is newer. */
  revision: z.number().int().nonnegative().default(0),
})
type IdentityFile = z.infer<typeof IdentityFile>

export interface Identity {
  readonly publicKey: PublicKey
  readonly enrolment: EnrolAnswer | undefined
  remember(enrolment: EnrolAnswer): Promise<Identity>
  /** For one request, and for those of the next seconds; needs an enrolment. */
  token(): Promise<string>
}

/** Long enough for a slow upload, short enough to be worthless when found in a log. */
const TOKEN_VALID_S = 60
/** A control plane remembers what it has verified: a signature checked anew is most of what a poll costs it. */
const TOKEN_REUSED_MS = 20_000

const SECRET = 0o600

async function readOrMake(file: string): Promise<IdentityFile> {
  const { values, damaged, needsWriting } = await readCopies(file, (json) => IdentityFile.parse(json))
  const newest = [...values].sort((a, b) => b.revision - a.revision)[0]
  if (newest) {
    // On a disk that takes no writes the one copy has to do; the next start tries again.
    if (needsWriting) await writeCopies(file, newest, SECRET).catch(() => undefined)
    return newest
  }
  // A new key would be another device: only where there never was one.
  if (damaged.length > 0)
    throw new Error(`Cannot read identity "${file}": both copies are damaged, expected one that is whole`)
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  const made = { key: (await exportJWK(privateKey)) as Record<string, unknown>, revision: 1 }
  await writeCopies(file, made, SECRET)
  return made
}

export async function openIdentity(home: string): Promise<Identity> {
  const file = path.join(home, 'identity.json')
  const { key, enrolment, revision } = await readOrMake(file)
  const signingKey = await importJWK(key as JWK, 'EdDSA')
  let signed: { readonly atMs: number; readonly token: string } | undefined
  return {
    publicKey: PublicKey.parse(key),
    enrolment,
    async remember(answer) {
      await writeCopies(file, { key, enrolment: answer, revision: revision + 1 }, SECRET)
      return openIdentity(home)
    },
    async token() {
      if (!enrolment) throw new TypeError('a device without enrolment has no token')
      // By the clock that the token tells: one that was set meanwhile needs another token.
      const atMs = Date.now()
      if (signed && atMs >= signed.atMs && atMs < signed.atMs + TOKEN_REUSED_MS) return signed.token
      const token = await new SignJWT()
        .setProtectedHeader({ alg: 'EdDSA', kid: enrolment.deviceId })
        .setIssuer(enrolment.deviceId)
        .setAudience(DEVICE_TOKEN_AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(`${TOKEN_VALID_S}s`)
        .sign(signingKey)
      signed = { atMs, token }
      return token
    },
  }
}

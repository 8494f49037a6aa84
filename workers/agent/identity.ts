// Who this device is: an Ed25519 key made here, which never leaves, and what enrolment answered. The file is
// written before the code is spent, so that a crash costs at most the code.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import { z } from 'zod'
import { DEVICE_TOKEN_AUDIENCE, EnrolAnswer, PublicKey } from '#contract/device-api.ts'
import { writeDurably } from '#platform/durable-write.ts'

const IdentityFile = z.object({
  key: z.record(z.string(), z.unknown()),
  enrolment: EnrolAnswer.optional(),
})

export interface Identity {
  readonly publicKey: PublicKey
  readonly enrolment: EnrolAnswer | undefined
  remember(enrolment: EnrolAnswer): Promise<Identity>
  /** A fresh token for one request; needs an enrolment. */
  token(): Promise<string>
}

/** Long enough for a slow upload, short enough to be worthless when found in a log. */
const TOKEN_VALID_S = 60

async function readOrMake(file: string): Promise<z.infer<typeof IdentityFile>> {
  try {
    return IdentityFile.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  const made = { key: (await exportJWK(privateKey)) as Record<string, unknown> }
  await writeDurably(file, JSON.stringify(made), 0o600)
  return made
}

export async function openIdentity(home: string): Promise<Identity> {
  const file = path.join(home, 'identity.json')
  const { key, enrolment } = await readOrMake(file)
  const signingKey = await importJWK(key as JWK, 'EdDSA')
  return {
    publicKey: PublicKey.parse(key),
    enrolment,
    async remember(answer) {
      await writeDurably(file, JSON.stringify({ key, enrolment: answer }), 0o600)
      return openIdentity(home)
    },
    async token() {
      if (!enrolment) throw new TypeError('a device without enrolment has no token')
      return new SignJWT()
        .setProtectedHeader({ alg: 'EdDSA', kid: enrolment.deviceId })
        .setIssuer(enrolment.deviceId)
        .setAudience(DEVICE_TOKEN_AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(`${TOKEN_VALID_S}s`)
        .sign(signingKey)
    },
  }
}

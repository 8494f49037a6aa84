// Signs manifests: Ed25519 over the exact payload bytes, compact JWS (RFC 7515, RFC 8037). The private key lives
// in a file of its own and reaches the rest of the control plane only as the function `sign`.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { PublicKey } from '#contract/device-api.ts'
import { MANIFEST_JWS_TYPE, type Manifest } from '#contract/manifest.ts'
import { writeDurably } from '#platform/durable-write.ts'

export interface ManifestSigner {
  readonly publicKey: PublicKey & { kid: string }
  sign(manifest: Manifest): Promise<string>
}

async function readOrMakeKey(file: string): Promise<JWK> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as JWK
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  const jwk = await exportJWK(privateKey)
  await writeDurably(file, JSON.stringify(jwk), 0o600)
  return jwk
}

export async function openManifestSigner(home: string): Promise<ManifestSigner> {
  const jwk = await readOrMakeKey(path.join(home, 'keys', 'manifest.jwk'))
  const publicKey = PublicKey.parse(jwk)
  const kid = await calculateJwkThumbprint(publicKey)
  const key = await importJWK(jwk, 'EdDSA')
  return {
    publicKey: { ...publicKey, kid },
    sign: (manifest) =>
      new CompactSign(new TextEncoder().encode(JSON.stringify(manifest)))
        .setProtectedHeader({ alg: 'EdDSA', typ: MANIFEST_JWS_TYPE, kid })
        .sign(key),
  }
}

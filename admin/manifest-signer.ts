// Signs manifests: Ed25519 over the exact payload bytes, compact JWS (RFC 7515, RFC 8037).
//
// Two drivers. By default the private key is a file, read here and reachable for the rest of the control plane only
// as the function `sign`. With a command the key lives elsewhere (another user, an HSM, another machine): the command
// gets the payload on stdin and writes the compact JWS; only public keys are read here, and what comes back is
// verified against the current one, over these very bytes, before anybody sees it.
//
// Keys are rotated with overlap (platform/signing/key-folder.ts): devices are told all of them in every manifest, so that they
// know the next one before it signs.

import path from 'node:path'
import { CompactSign, compactVerify, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import type { PinnedKey } from '#contract/device-api.ts'
import { MANIFEST_JWS_TYPE, type Manifest } from '#contract/manifest.ts'
import { writeDurably } from '#platform/durable-write.ts'
import { keysOf, pinned, readKey } from '#platform/signing/key-folder.ts'
import { runSignCommand } from './sign-command.ts'

export interface ManifestSigner {
  readonly publicKey: PinnedKey
  /** All that devices are to trust, the one that signs first. */
  readonly publicKeys: readonly PinnedKey[]
  sign(manifest: Manifest): Promise<string>
}

export interface SignerOptions {
  /** The key that signs; with a command its public half is enough. */
  readonly keyFile?: string | undefined
  /** A shell command: payload on stdin, compact JWS on stdout. */
  readonly command?: string | undefined
}

export class SignerRefused extends Error {
  override readonly name = 'SignerRefused'
}

export async function openManifestSigner(home: string, options: SignerOptions = {}): Promise<ManifestSigner> {
  const file = options.keyFile ?? path.join(home, 'keys', 'manifest.jwk')
  const jwk = options.command === undefined ? await readOrMakeKey(file) : await readKey(file)
  const publicKey = await pinned(jwk)
  const keys = await keysOf(file)
  const publicKeys = keys.map(({ kty, crv, x, kid }) => ({ kty, crv, x, kid }))
  const sign =
    options.command === undefined ? await signWith(jwk, publicKey) : signBy(options.command, publicKey)
  return { publicKey, publicKeys, sign: (manifest) => sign(Buffer.from(JSON.stringify(manifest))) }
}

type Sign = (payload: Uint8Array) => Promise<string>

async function signWith(jwk: JWK, { kid }: PinnedKey): Promise<Sign> {
  const key = await importJWK(jwk, 'EdDSA')
  return (payload) =>
    new CompactSign(payload).setProtectedHeader({ alg: 'EdDSA', typ: MANIFEST_JWS_TYPE, kid }).sign(key)
}

function signBy(command: string, publicKey: PinnedKey): Sign {
  return async (payload) => {
    const jws = (await runSignCommand(command, payload)).trim()
    const refuse = (why: string, cause?: unknown) =>
      new SignerRefused(`Cannot use what the sign command wrote: ${why}`, { cause })
    const verified = await compactVerify(jws, await importJWK(publicKey, 'EdDSA'), {
      algorithms: ['EdDSA'],
    }).catch((cause: unknown) => {
      throw refuse(`is not signed by key "${publicKey.kid}"`, cause)
    })
    const { kid, typ } = verified.protectedHeader
    if (kid !== publicKey.kid) throw refuse(`names key "${kid}", expected "${publicKey.kid}"`)
    if (typ !== MANIFEST_JWS_TYPE) throw refuse(`is of type "${typ}", expected "${MANIFEST_JWS_TYPE}"`)
    if (!Buffer.from(verified.payload).equals(payload)) throw refuse('holds other bytes than it was given')
    return jws
  }
}

async function readOrMakeKey(file: string): Promise<JWK> {
  try {
    return await readKey(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  const jwk = await exportJWK(privateKey)
  await writeDurably(file, JSON.stringify(jwk), 0o600)
  return jwk
}

// The keys that sign manifests, as files: `manifest.jwk` signs, and beside it lie those that are to come or have been,
// as `manifest.<word>.jwk`. Whoever changes them (an operator, by `tandem keys`) changes files only; the control plane
// reads them when it starts.
//
// Each change is one durable step after another, in an order in which a crash leaves too many copies of a key and
// never too few: where `manifest.jwk` were missing, the next start would make a key that no device knows.

import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import { type PinnedKey, PublicKey } from '#contract/device-api.ts'
import { remove, syncFolder } from '../durable-files.ts'
import { writeDurably } from '../durable-write.ts'

export class KeyRefused extends Error {
  override readonly name = 'KeyRefused'
}

export interface KeyFile extends PinnedKey {
  readonly file: string
  /** Whether it can sign here; with a sign command only public halves lie here. */
  readonly isPrivate: boolean
}

export const readKey = async (file: string): Promise<JWK> => JSON.parse(await readFile(file, 'utf8')) as JWK

export async function pinned(jwk: JWK): Promise<PinnedKey> {
  const publicKey = PublicKey.parse(jwk)
  return { ...publicKey, kid: await calculateJwkThumbprint(publicKey) }
}

/** In the order of their names, so that every start tells devices the same. */
async function filesBeside(file: string): Promise<string[]> {
  const folder = path.dirname(file)
  const stem = `${path.basename(file, '.jwk')}.`
  const isBeside = (name: string) =>
    name.startsWith(stem) && name.endsWith('.jwk') && name !== path.basename(file)
  return (await readdir(folder))
    .filter(isBeside)
    .sort()
    .map((name) => path.join(folder, name))
}

/** The one that signs first; each key once, however many files hold it. */
export async function keysOf(file: string): Promise<[KeyFile, ...KeyFile[]]> {
  const open = async (name: string): Promise<KeyFile> => {
    const jwk = await readKey(name)
    return { ...(await pinned(jwk)), file: name, isPrivate: jwk.d !== undefined }
  }
  const signing = await open(file).catch((cause: unknown) => {
    throw new KeyRefused(`Cannot read signing key "${file}": expected that of a started control plane`, {
      cause,
    })
  })
  const keys = new Map([[signing.kid, signing]])
  for (const name of await filesBeside(file)) {
    const key = await open(name)
    if (!keys.has(key.kid)) keys.set(key.kid, key)
  }
  return [...keys.values()] as [KeyFile, ...KeyFile[]]
}

const nameOf = (file: string, kid: string): string =>
  path.join(path.dirname(file), `${path.basename(file, '.jwk')}.${kid.slice(0, 12)}.jwk`)

/** What another user writes the control plane could not read, and would not start. */
async function requireOwner(file: string): Promise<void> {
  const { uid } = await stat(path.dirname(file))
  const own = process.getuid?.() ?? uid
  if (own !== uid)
    throw new KeyRefused(
      `Cannot change keys in "${path.dirname(file)}": you are user ${own}, expected its owner, user ${uid} (sudo -u '#${uid}' ...)`,
    )
}

/** A new one, or the public half of one that is kept elsewhere; it is told to devices, and signs nothing yet. */
export async function addKey(file: string, publicHalf?: JWK): Promise<KeyFile> {
  await requireOwner(file)
  const known = await keysOf(file)
  const jwk =
    publicHalf ?? (await exportJWK((await generateKeyPair('EdDSA', { extractable: true })).privateKey))
  const key = await pinned(jwk)
  const there = known.find(({ kid }) => kid === key.kid)
  if (there) return there
  const made = nameOf(file, key.kid)
  await writeDurably(made, JSON.stringify(jwk), 0o600)
  return { ...key, file: made, isPrivate: jwk.d !== undefined }
}

/** From the next start on it signs; the one that has signed until now stays known beside it. */
export async function signByKey(file: string, which: string): Promise<KeyFile> {
  await requireOwner(file)
  const [signing, ...others] = await keysOf(file)
  const next = findKey([signing, ...others], which)
  if (next.kid === signing.kid) return signing
  await writeDurably(nameOf(file, signing.kid), await readFile(signing.file, 'utf8'), 0o600)
  await writeDurably(file, await readFile(next.file, 'utf8'), 0o600)
  await removeDurably(next.file)
  return { ...next, file }
}

/** From the next start on devices are told to forget it. */
export async function retireKey(file: string, which: string): Promise<KeyFile> {
  await requireOwner(file)
  const [signing, ...others] = await keysOf(file)
  const key = findKey([signing, ...others], which)
  if (key.kid === signing.kid)
    throw new KeyRefused(
      `Cannot retire key "${key.kid}": it signs, expected another one to sign first (rotate)`,
    )
  for (const name of await filesBeside(file))
    if ((await pinned(await readKey(name))).kid === key.kid) await removeDurably(name)
  return key
}

/** By the beginning of its thumbprint, where that is of one key alone. */
export function findKey<K extends PinnedKey>(keys: readonly K[], which: string): K {
  const found = keys.filter(({ kid }) => kid.startsWith(which))
  if (found.length === 1) return found[0]!
  const why = found.length === 0 ? 'there is none' : `there are ${found.length} of that beginning`
  const kids = keys.map(({ kid }) => kid).join(', ')
  throw new KeyRefused(`Cannot find key "${which}": ${why}, expected one of ${kids}`)
}

async function removeDurably(file: string): Promise<void> {
  await remove(file)
  await syncFolder(path.dirname(file))
}

// API keys for robots and for the first admin: `tk_<id>_<secret>`, of which the database keeps only the id and
// the SHA-256 of the secret. A 256-bit random secret needs no slow hash: there is nothing to guess.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Db } from '#db/db.ts'
import { type ApiKey, findApiKey, insertApiKey, touchApiKey } from '#db/queries/access.ts'
import { writeDurably } from '#platform/durable-write.ts'

const FORMAT = /^tk_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/

/** A write for every call would cost more than the call. */
const LAST_USED_STEP_MS = 60_000

export const secretHash = (secret: string): Buffer => createHash('sha256').update(secret).digest()

export function mintApiKey(): { id: string; token: string; hash: Buffer } {
  const id = randomBytes(8).toString('hex')
  const secret = randomBytes(32).toString('base64url')
  return { id, token: `tk_${id}_${secret}`, hash: secretHash(secret) }
}

/** The key, where it is good: known, neither revoked nor expired. */
export async function verifyApiKey(db: Db, token: string): Promise<ApiKey | undefined> {
  const match = FORMAT.exec(token)
  if (!match) return undefined
  const key = await findApiKey(db, match[1]!)
  if (!key || !timingSafeEqual(key.hash, secretHash(match[2]!))) return undefined
  if (Date.now() - (key.lastUsedAt?.getTime() ?? 0) > LAST_USED_STEP_MS) await touchApiKey(db, key.id)
  return key
}

/** Makes the admin key at first start, and again where its file was lost; the file is readable by its owner. */
export async function ensureAdminKey(db: Db, home: string): Promise<string> {
  const file = path.join(home, 'admin.key')
  const present = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  if (present !== '' && (await verifyApiKey(db, present.trim()))) return file
  const key = mintApiKey()
  await insertApiKey(db, {
    id: key.id,
    name: `first start on ${os.hostname()}`,
    role: 'admin',
    hash: key.hash,
  })
  await writeDurably(file, `${key.token}\n`, 0o600)
  return file
}

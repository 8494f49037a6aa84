// Codes by which somebody comes in once: the first user of an empty installation, and whoever sets a new password.

import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Db } from '#db/db.ts'
import { insertCode, isOpenCode } from '#db/queries/access/one-time-codes.ts'
import { hasUsers } from '#db/queries/access/users.ts'
import { writeDurably } from '#platform/durable-write.ts'
import { codeHash, mintCode } from './password.ts'

const SET_UP_VALID_MS = 24 * 3_600_000
/** Long enough to be handed over, short enough to be forgotten in a mailbox. */
const PASSWORD_VALID_MS = 3 * 24 * 3_600_000

export interface IssuedCode {
  readonly code: string
  readonly expiresAt: Date
}

/** By which the user sets a password; any earlier one is good for nothing from now on. */
export async function issuePasswordCode(tx: Db, userId: string, createdBy: string): Promise<IssuedCode> {
  const issued = { code: mintCode(), expiresAt: new Date(Date.now() + PASSWORD_VALID_MS) }
  await insertCode(tx, {
    hash: codeHash(issued.code),
    purpose: 'password',
    userId,
    createdBy,
    expiresAt: issued.expiresAt,
  })
  return issued
}

/**
 * While there is no user: a file that only its owner may read holds a code for the first one. Once there is a user the
 * file goes. Answers the file, or undefined.
 */
export async function ensureSetUpCode(db: Db, home: string): Promise<string | undefined> {
  const file = path.join(home, 'set-up.code')
  if (await hasUsers(db)) {
    await rm(file, { force: true })
    return undefined
  }
  const present = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  if (present !== '' && (await isOpenCode(db, 'set-up', codeHash(present.trim())))) return file
  const code = mintCode()
  await insertCode(db, {
    hash: codeHash(code),
    purpose: 'set-up',
    userId: null,
    createdBy: 'first start',
    expiresAt: new Date(Date.now() + SET_UP_VALID_MS),
  })
  await writeDurably(file, `${code}\n`, 0o600)
  return file
}

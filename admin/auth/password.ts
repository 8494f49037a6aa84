// Hashes of passwords, one-time codes and secrets. Passwords go through better-auth's scrypt, since it is what checks
// them; what is random already needs no slow hash.

import { createHash, randomBytes } from 'node:crypto'
import { hashPassword as scrypt } from 'better-auth/crypto'

export const hashPassword = (password: string): Promise<string> => scrypt(password)

/** 160 random bits: nothing to guess, so a fast hash is enough. */
export const mintCode = (): string => randomBytes(20).toString('base64url')

export const codeHash = (code: string): Buffer => createHash('sha256').update(code).digest()

export const mintSecret = (): string => randomBytes(32).toString('base64url')

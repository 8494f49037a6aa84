// An answer that only the holder of its idempotency key can read: AES-256-GCM under a key that is derived from it (HKDF,
// RFC 5869). An answer may hold a secret that is shown once, and a copy of the database must not show it again.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16

const derive = (key: string): Buffer => Buffer.from(hkdfSync('sha256', key, '', 'tandem kept answer', 32))

/** Nonce, tag, bytes. */
export function seal(key: string, text: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', derive(key), nonce)
  const bytes = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), bytes])
}

/** Throws where it was sealed with another key or changed. */
export function unseal(key: string, sealed: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', derive(key), sealed.subarray(0, NONCE_BYTES))
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  const bytes = sealed.subarray(NONCE_BYTES + TAG_BYTES)
  return Buffer.concat([decipher.update(bytes), decipher.final()]).toString('utf8')
}

// Who may ask, where a device has a file of keys: one SHA-256 in hex a line, and a name for the log if one likes. The
// keys themselves are nowhere on the device. 256-bit random keys need no slow hash: there is nothing to guess
// (`openssl rand -hex 32`, then `printf %s KEY | sha256sum`). The file is read again when it changes.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import type { MiddlewareHandler } from 'hono'
import { RequestRefused } from './request-refused.ts'

export interface ApiKey {
  readonly hash: Buffer
  readonly name: string
}

const LINE = /^([0-9a-f]{64})(?:\s+(\S.*))?$/i

/** Throws where a line is no key: one that is misspelt would lock somebody out without a word. */
export function parseApiKeys(text: string, file: string): ApiKey[] {
  return text
    .split('\n')
    .map((line, i) => ({ line: line.trim(), number: i + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
    .map(({ line, number }) => {
      const match = LINE.exec(line)
      if (!match)
        throw new Error(
          `Cannot read API key "${file}:${number}": is not a SHA-256, expected 64 hex digits and perhaps a name`,
        )
      return { hash: Buffer.from(match[1]!, 'hex'), name: match[2] ?? `line ${number}` }
    })
}

/** Looks at every key, so that time tells nothing about which one it was. */
export function findApiKey(keys: readonly ApiKey[], token: string): ApiKey | undefined {
  const hash = createHash('sha256').update(token).digest()
  let found: ApiKey | undefined
  for (const key of keys) if (timingSafeEqual(key.hash, hash)) found = key
  return found
}

/** Whoever watches over a device asks these, and learns nothing that needs a key. */
const OPEN = new Set(['/healthz', '/readyz'])

/** `keys` are asked for at every request, since the file may change. */
export function requireApiKey(keys: () => readonly ApiKey[]): MiddlewareHandler<{ Bindings: HttpBindings }> {
  return async (c, next) => {
    if (OPEN.has(c.req.path)) return next()
    const token =
      /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? c.req.header('x-api-key')
    if (token === undefined)
      throw new RequestRefused(
        'unauthorised',
        'Cannot answer: an API key is missing, expected "authorization: Bearer ..." or "x-api-key"',
      )
    if (!findApiKey(keys(), token))
      throw new RequestRefused('unauthorised', 'Cannot answer: the API key is not valid')
    return next()
  }
}

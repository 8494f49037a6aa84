// What an installation says of its way in, and where a call came from.

import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context as HttpContext } from 'hono'

export interface AuthSettings {
  /** Where people reach the console, such as `https://tandem.example.org`; with https cookies are Secure. */
  readonly publicUrl?: string | undefined
  /** What signs cookies; where it is left out one is made at first start and kept in the database. */
  readonly secret?: string | undefined
  /** Proxies in front, each of which adds an address to X-Forwarded-For. */
  readonly proxies?: number | undefined
}

/**
 * Who has connected, or with proxies in front who had connected to the outermost of them: what stands further to the
 * left in X-Forwarded-For anybody may have written.
 */
export function addressOf(c: HttpContext, { proxies = 0 }: AuthSettings): string | undefined {
  const forwarded = c.req.header('x-forwarded-for')?.split(',') ?? []
  if (proxies > 0 && forwarded.length >= proxies) return plain(forwarded.at(-proxies)!.trim())
  // Without a socket (tests that ask the app itself) there is no address.
  if (typeof c.env !== 'object' || c.env === null || !('incoming' in c.env)) return undefined
  return plain(getConnInfo(c).remote.address ?? '')
}

/** IPv4 in IPv6's clothes is IPv4. */
const plain = (address: string): string | undefined =>
  address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').slice(0, 64) || undefined

/** Under which better-auth finds the address; what a client sends by that name is dropped. */
export const ADDRESS_HEADER = 'x-tandem-address'

export function authHeaders(headers: Headers, address: string | undefined): Headers {
  const own = new Headers(headers)
  own.delete(ADDRESS_HEADER)
  if (address !== undefined) own.set(ADDRESS_HEADER, address)
  return own
}

// Which pages may act with a user's cookie. A browser sends the cookie along with whatever another site makes it ask,
// and SameSite does not tell ports apart: another program on localhost is the same site. So what changes something
// must come from a page of our own origin, by the header Origin, which no page can set. What only reads is answered:
// no other origin can read the answer, since we allow none by CORS, but what says of itself that it comes from
// elsewhere is refused all the same.
//
// Our own origin is TANDEM_PUBLIC_URL; where it is not set, the host that was asked, of which another site has no
// cookie.

import { Refusal } from '../refusal.ts'

export function isOwnOrigin(
  origin: string,
  host: string | undefined,
  publicUrl: string | undefined,
): boolean {
  if (!URL.canParse(origin)) return false
  if (publicUrl !== undefined) return new URL(origin).origin === new URL(publicUrl).origin
  return new URL(origin).host === host
}

const READING = ['GET', 'HEAD', 'OPTIONS']

/** Throws where a request that bears a cookie was not made by our own pages. */
export function requireOwnPage(request: Request, publicUrl: string | undefined): void {
  const { headers, method } = request
  const origin = headers.get('origin')
  const host = headers.get('host') ?? new URL(request.url).host
  if (origin !== null && !isOwnOrigin(origin, host, publicUrl))
    throw new Refusal(
      'forbidden',
      `Cannot take the call from origin "${origin.slice(0, 200)}": is not this control plane's, expected ${publicUrl ?? 'the host that was asked'} (TANDEM_PUBLIC_URL)`,
    )
  const site = headers.get('sec-fetch-site')
  if (origin === null && (site === 'cross-site' || site === 'same-site'))
    throw new Refusal('forbidden', `Cannot take the call: comes from another origin (${site})`)
  if (origin === null && !READING.includes(method))
    throw new Refusal(
      'forbidden',
      'Cannot take the call: has a cookie and no header Origin, expected a page of this control plane, or an API key',
    )
}

/** The request's origin where it is ours, for a library that wants a list. */
export function ownOrigins(request: Request, publicUrl: string | undefined): string[] {
  const origin = request.headers.get('origin')
  const host = request.headers.get('host') ?? new URL(request.url).host
  return origin !== null && isOwnOrigin(origin, host, publicUrl) ? [new URL(origin).origin] : []
}

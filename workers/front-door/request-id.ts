// The name of one request, in its answer, in every log line and in errors: the client's own where it is harmless to
// repeat, else a new one. The server puts it into the answer's headers before anything else sees the request.

import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'

export const REQUEST_ID_HEADER = 'x-request-id'

/** Nothing that a log, a shell or a header could take for more than a name. */
const HARMLESS = /^[A-Za-z0-9._:-]{1,64}$/

export function requestIdFor(headers: IncomingHttpHeaders): string {
  const given = headers[REQUEST_ID_HEADER]
  return typeof given === 'string' && HARMLESS.test(given) ? given : randomUUID()
}

export const requestIdOf = (c: Context<{ Bindings: HttpBindings }>): string =>
  String(c.env.outgoing.getHeader(REQUEST_ID_HEADER))

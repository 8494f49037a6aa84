// GET /device/v1/openapi.json, without a token: it says how to get one. Made at the first call, since making it loads
// what nothing else needs.

import type { Handler } from 'hono'

export function openApiRoute(): Handler {
  let text: Promise<string> | undefined
  return async (c) => {
    text ??= import('./openapi-document.ts').then(({ deviceOpenApi }) => JSON.stringify(deviceOpenApi()))
    return c.body(await text, 200, { 'content-type': 'application/json' })
  }
}

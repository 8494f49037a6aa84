// How large a request's body may be. One over the cap is refused as everything else is, by a code and a sentence.

import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { Refusal } from './refusal.ts'

export function capBody(sizeMaxBytes: number): MiddlewareHandler {
  return bodyLimit({
    maxSize: sizeMaxBytes,
    onError: () => {
      throw new Refusal('too-large', `Cannot read the body: is over ${sizeMaxBytes} bytes`)
    },
  })
}

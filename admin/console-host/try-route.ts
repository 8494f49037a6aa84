// POST /try/:device: an image from the console to a device's own classify, so that the console's page needs to reach
// nothing but its own origin. Only addresses that enrolled devices have told are asked.

import type { Context as HttpContext } from 'hono'
import { IMAGE_MAX_BYTES } from '#contract/classify.ts'
import { findDevice } from '#db/queries/devices.ts'
import type { Context } from '../context.ts'
import { found, Refusal } from '../refusal.ts'

const ANSWER_MAX_MS = 30_000
const OPTIONS = ['topK', 'preference', 'explain'] as const

export async function tryImage({ db }: Pick<Context, 'db'>, c: HttpContext): Promise<Response> {
  const name = c.req.param('device') ?? ''
  const device = found(await findDevice(db, name), 'device', name)
  if (device.revokedAt !== null)
    throw new Refusal('conflict', `Cannot try device "${device.name}": is revoked, expected one of the fleet`)
  const image = await c.req.arrayBuffer()
  if (image.byteLength > IMAGE_MAX_BYTES)
    throw new Refusal(
      'invalid',
      `Cannot try image: has ${image.byteLength} bytes, expected at most ${IMAGE_MAX_BYTES}`,
    )
  const options = OPTIONS.flatMap((option) => {
    const value = c.req.query(option)
    return value === undefined ? [] : [[option, value] as [string, string]]
  })
  const url = new URL(`v1/classify?${new URLSearchParams(options)}`, `${device.report?.url ?? device.url}/`)
  const answer = await ask(url, image).catch((cause: unknown) => {
    throw new Refusal(
      'conflict',
      `Cannot reach device "${device.name}" at ${url.origin} from here: check that it runs, or try it by \`tandem classify\` beside it`,
      { cause },
    )
  })
  const body = await answer.text()
  return c.body(body, answer.ok ? 200 : 422, { 'content-type': 'application/json' })
}

const ask = (url: URL, body: ArrayBuffer): Promise<Response> =>
  fetch(url, { method: 'POST', body, redirect: 'error', signal: AbortSignal.timeout(ANSWER_MAX_MS) })

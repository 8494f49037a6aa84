// A front door that closes: first it says so, then nobody comes in, then the last ones leave, and not for ever.

import { connect } from 'node:net'
import { beforeAll, describe, expect, test } from 'vitest'
import { Readiness } from '#contract/classify.ts'
import { until } from '#test/harness/until.ts'
import { threadHost } from '#workers/host/thread-host.ts'
import { redPng } from '../serve/bad-images.ts'
import { frontDoorRig } from './front-door-rig.ts'

let red: Buffer
beforeAll(async () => {
  red = await redPng()
})

/** A door with one request in flight, which waits for the edge until `release`. */
async function busyDoor(announceMs = 0) {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let asked = 0
  const labels = [{ index: 0, name: 'edge', score: 1 }]
  const rig = await frontDoorRig({
    host: threadHost(),
    place: { announceMs },
    offload: async () => {
      asked++
      await released
      return { ok: true, model: 'heavy', labels, ms: 1 }
    },
  })
  await rig.install()
  const inFlight = fetch(`${rig.url}/v1/classify?preference=accuracy`, { method: 'POST', body: red })
  inFlight.catch(() => undefined)
  await until('the request is in flight', () => asked === 1)
  return { rig, inFlight, release }
}

const isRefused = (url: string) =>
  fetch(`${url}/healthz`).then(
    () => false,
    (error: Error) => (error.cause as NodeJS.ErrnoException).code === 'ECONNREFUSED',
  )

describe('a front door that closes', () => {
  test('says so first, while it still answers', async () => {
    const { rig, inFlight, release } = await busyDoor(60_000)
    await using _ = rig
    void rig.door.close()
    const ready = await fetch(`${rig.url}/readyz`)
    expect(ready.status).toBe(503)
    expect(Readiness.parse(await ready.json())).toEqual({ deployment: 'dep-1', version: 1, draining: true })
    const response = await fetch(`${rig.url}/v1/classify`, { method: 'POST', body: red })
    expect(response.status).toBe(200)
    // So that the next request looks for another worker.
    expect(response.headers.get('connection')).toBe('close')
    release()
    expect((await inFlight).status).toBe(200)
  })

  test('lets nobody in, and those who are in end what they began', async () => {
    const { rig, inFlight, release } = await busyDoor()
    await using _ = rig
    const closed = rig.door.close()
    await until('nobody comes in', () => isRefused(rig.url))
    release()
    expect(await (await inFlight).json()).toMatchObject({ tier: 'edge' })
    await closed
  })

  test('does not wait for ever: neither for an answer nor for a client', async () => {
    const { rig, inFlight, release } = await busyDoor()
    await using _ = rig
    const sending = connect(Number(new URL(rig.url).port), '127.0.0.1')
    const cut = new Promise((resolve) => sending.on('error', () => undefined).once('close', resolve))
    sending.write('POST /v1/classify HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\nsome')
    await rig.door.close({ maxMs: 200 })
    await expect(inFlight).rejects.toThrow()
    await cut
    release()
  })
})

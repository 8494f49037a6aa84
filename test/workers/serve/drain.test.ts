// What an old generation owes to those who came while it served.

import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { until } from '#test/harness/until.ts'
import { threadHost } from '#workers/host/thread-host.ts'
import { workerdHost } from '#workers/host/workerd/workerd-host.ts'
import { ALWAYS_EDGE, type FrontDoorRig, frontDoorRig } from '../front-door/front-door-rig.ts'
import { redPng } from './bad-images.ts'

let red: Buffer
beforeAll(async () => {
  red = await redPng()
})

/** An edge that answers when it is let. */
function gatedEdge() {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const edge = {
    asked: 0,
    release,
    async offload() {
      edge.asked++
      await released
      const labels = [{ index: 0, name: 'from the edge', score: 1 }]
      return { ok: true as const, model: 'heavy', labels, ms: 1 }
    },
  }
  return edge
}

let rig: FrontDoorRig
let edge: ReturnType<typeof gatedEdge>
beforeEach(async () => {
  edge = gatedEdge()
  rig = await frontDoorRig({ host: workerdHost(), offload: edge.offload })
})
afterEach(() => rig[Symbol.asyncDispose]())

const ask = () => fetch(`${rig.url}/v1/classify`, { method: 'POST', body: red })

describe('a generation that is stopped', () => {
  test('also answers those who wait for their turn, as a whole', async () => {
    await rig.install({ version: 1, router: ALWAYS_EDGE })
    // Eight are in work; the rest wait in the front door's queue.
    const asked = Array.from({ length: 20 }, ask)
    await until('the edge is asked', () => edge.asked === 8)
    await rig.install({ version: 2 })
    const stopped = rig.generations.stop('dep-1')
    edge.release()
    for (const response of await Promise.all(asked))
      expect(await response.json()).toMatchObject({ deployment: 'dep-1', tier: 'edge', byFallback: false })
    await stopped
    expect(edge.asked).toBe(20)
  })

  test('while an image is still being sent leaves it to its successor', async () => {
    await rig.install({ version: 1 })
    const socket = connect(Number(new URL(rig.url).port), '127.0.0.1')
    const head = `POST /v1/classify HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${red.length}\r\n\r\n`
    let said = ''
    socket.on('data', (chunk) => {
      said += chunk
    })
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await new Promise((resolve) =>
      socket.write(Buffer.concat([Buffer.from(head), red.subarray(0, 20)]), resolve),
    )
    await rig.install({ version: 2 })
    await rig.generations.stop('dep-1')
    socket.write(red.subarray(20))
    await closed
    expect(said).toMatch(/^HTTP\/1.1 200 /)
    expect(said).toContain('"deployment":"dep-2"')
  })

  test('with somebody who stays too long is stopped all the same, and answers him', async () => {
    await using quick = await frontDoorRig({ host: workerdHost(), offload: edge.offload, drainMaxMs: 200 })
    await quick.install({ version: 1, router: ALWAYS_EDGE })
    const asked = fetch(`${quick.url}/v1/classify`, { method: 'POST', body: red })
    await until('the edge is asked', () => edge.asked === 1)
    await quick.install({ version: 2 })
    // The function goes, the built-in path asks the edge in its place, and is let go of as well.
    await quick.generations.stop('dep-1')
    expect(edge.asked).toBe(2)
    expect(quick.generations.running().map((d) => d.id)).toEqual(['dep-2'])
    edge.release()
    expect(await (await asked).json()).toMatchObject({ deployment: 'dep-1', tier: 'edge', byFallback: true })
  })

  test('can be started again while it still stops', async () => {
    const first = await rig.install({ version: 1, router: ALWAYS_EDGE })
    const asked = ask()
    await until('the edge is asked', () => edge.asked === 1)
    await rig.install({ version: 2 })
    const stopped = rig.generations.stop('dep-1')
    await rig.generations.start(first)
    rig.generations.switchTo('dep-1')
    edge.release()
    expect(await (await asked).json()).toMatchObject({ byFallback: false })
    await stopped
    expect(await (await ask()).json()).toMatchObject({ deployment: 'dep-1', byFallback: false })
  })
})

describe('Generations', () => {
  test('started twice at once start one, and leave nothing behind', async () => {
    await using plain = await frontDoorRig({ host: threadHost() })
    const deployment = await plain.store()
    await Promise.all([plain.generations.start(deployment), plain.generations.start(deployment)])
    expect(await readdir(plain.runFolder)).toHaveLength(1)
    await plain.generations.stop('dep-1')
    expect(await readdir(plain.runFolder)).toEqual([])
  })

  test('disposed of while one starts stop that one too', async () => {
    await using plain = await frontDoorRig({ host: threadHost() })
    const starting = plain.generations.start(await plain.store())
    await plain.generations[Symbol.asyncDispose]()
    await starting
    expect(plain.generations.running()).toEqual([])
    expect(await readdir(plain.runFolder)).toEqual([])
  })

  test('tell what the last start has cost', async () => {
    expect(rig.generations.lastCostBytes).toBeUndefined()
    await rig.install()
    // workerd alone is some 60 MB.
    expect(rig.generations.lastCostBytes).toBeGreaterThan(20 * 2 ** 20)
  })
})

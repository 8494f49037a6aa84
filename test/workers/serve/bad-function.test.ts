// Functions that fail while they serve: the built-in path answers, says so, and classify never goes down. All
// are honest at the health check, or they would never have been switched to.

import { readdir } from 'node:fs/promises'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ClassifyAnswer } from '#contract/classify.ts'
import { until } from '#test/harness/until.ts'
import { workerdHost } from '#workers/host/workerd/workerd-host.ts'
import { ALWAYS_EDGE, type FrontDoorRig, frontDoorRig } from '../front-door/front-door-rig.ts'
import { redPng } from './bad-images.ts'
import { moody, saying } from './moody-function.ts'

const LOOPS = moody('for (;;) {}')

let red: Buffer
beforeAll(async () => {
  red = await redPng()
})

let rig: FrontDoorRig
beforeEach(async () => {
  rig = await frontDoorRig({ host: workerdHost() })
})
afterEach(() => rig[Symbol.asyncDispose]())

async function classify(preference: string) {
  const response = await fetch(`${rig.url}/v1/classify?preference=${preference}`, {
    method: 'POST',
    body: red,
  })
  expect(response.status).toBe(200)
  return ClassifyAnswer.parse(await response.json())
}

const byFunction = { byFallback: false, labels: [{ name: 'said by the function' }] }
const byBuiltIn = { byFallback: true, labels: [{ name: 'red' }], decision: { reason: 'routed' } }

describe('a function that', () => {
  test.each([
    ['throws', "throw new Error('out of sorts')"],
    ['answers 500', "return new Response('no', { status: 500 })"],
    ['answers a word', "return new Response('perhaps')"],
    ['answers JSON of something else', 'return Response.json({ fine: true })'],
    ['answers no label', `return Response.json(${saying({ labels: [] })})`],
    [
      'answers six labels',
      `return Response.json(${saying({ labels: Array(6).fill({ index: 0, name: 'x', score: 1 }) })})`,
    ],
    ['names a tier that there is not', `return Response.json(${saying({ tier: 'cloud' })})`],
    ['answers without end', "return new Response('x'.repeat(1e6))"],
  ])('%s costs the explanation, never the answer', async (_name, body) => {
    await rig.install({ code: moody(body) })
    expect(await classify('local-only')).toMatchObject(byFunction)
    expect(await classify('balanced')).toMatchObject(byBuiltIn)
    expect(await classify('local-only')).toMatchObject(byFunction)
  })

  test('loops for ever is answered for, killed and started again', async () => {
    await rig.install({ code: LOOPS })
    const answers = await Promise.all(Array.from({ length: 8 }, () => classify('balanced')))
    for (const each of answers) expect(each).toMatchObject(byBuiltIn)
    await until('the function answers again', async () => !(await classify('local-only')).byFallback)
  })
})

describe('a function that does not start', () => {
  test.each([
    ['it does not parse', 'export default { fetch() {'],
    ['it throws as it loads', "throw new Error('no')\nexport default { fetch() {} }"],
    [
      'it fails at the health image',
      moody('').replace("'local-only'", "'never'").replace('return Response', 'Response'),
    ],
  ])('because %s never takes over, and leaves nothing behind', async (_name, code) => {
    await rig.install({ version: 1 })
    const before = await readdir(rig.runFolder)
    const bad = await rig.store({ version: 2, code })
    await expect(rig.generations.start(bad)).rejects.toThrow()
    expect(rig.generations.running().map((d) => d.id)).toEqual(['dep-1'])
    expect(await classify('balanced')).toMatchObject({ deployment: 'dep-1', byFallback: false })
    expect(await readdir(rig.runFolder)).toEqual(before)
  })
})

describe('a switch of generations', () => {
  test('loses no request, and each is answered by one generation as a whole', async () => {
    await rig.install({ version: 1 })
    const seen = new Set<string>()
    const stop = new AbortController()
    const client = async () => {
      let last = 0
      while (!stop.signal.aborted) {
        const { deployment } = await classify('balanced')
        seen.add(deployment)
        const version = Number(deployment.slice('dep-'.length))
        expect(version).toBeGreaterThanOrEqual(last)
        last = version
      }
    }
    const clients = [client(), client(), client()]
    for (let version = 2; version <= 5; version++) {
      await rig.install({ version })
      await rig.generations.stop(`dep-${version - 1}`)
    }
    await until('the last one serves', () => seen.has('dep-5'))
    stop.abort()
    await Promise.all(clients)
    expect(seen.size).toBeGreaterThan(2)
    expect(rig.generations.running().map((d) => d.id)).toEqual(['dep-5'])
  })

  test('waits for the requests of the old one before it stops it', async () => {
    let release = () => {}
    const edge = new Promise<void>((resolve) => {
      release = resolve
    })
    let isAsked = false
    await using slow = await frontDoorRig({
      host: workerdHost(),
      offload: async () => {
        isAsked = true
        await edge
        return { ok: true, model: 'heavy', labels: [{ index: 0, name: 'from the edge', score: 1 }], ms: 1 }
      },
    })
    await slow.install({ version: 1, router: ALWAYS_EDGE })
    const asked = fetch(`${slow.url}/v1/classify`, { method: 'POST', body: red })
    await until('the edge is asked', () => isAsked)
    await slow.install({ version: 2 })
    const stopped = slow.generations.stop('dep-1')
    release()
    expect(await (await asked).json()).toMatchObject({ deployment: 'dep-1', tier: 'edge', byFallback: false })
    await stopped
  })
})

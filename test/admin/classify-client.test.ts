// The client of the classify API, against a worker's front door and against workers that are not well.

import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClassifyFailed, classify, classifyBatch } from '#admin/client/classify.ts'
import { plain } from '#test/vision/images.ts'
import { type FrontDoorRig, frontDoorRig } from '#test/workers/front-door/front-door-rig.ts'
import { redPng, truncatedJpeg } from '#test/workers/serve/bad-images.ts'
import { threadHost } from '#workers/host/thread-host.ts'

let rig: FrontDoorRig
let red: Buffer
let blue: Buffer
beforeAll(async () => {
  red = await redPng()
  blue = await plain({ colour: '#0000ff' }).png().toBuffer()
  rig = await frontDoorRig({ host: threadHost() })
  await rig.install()
})
afterAll(() => rig[Symbol.asyncDispose]())

/** A worker that answers as it is told, and counts. */
async function oddWorker(answer: RequestListener) {
  const worker = { url: '', asked: 0 }
  const server = createServer((request, response) => {
    worker.asked++
    request.resume()
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  worker.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return Object.assign(worker, { [Symbol.asyncDispose]: async () => void (await close()) })
}

const busy =
  (retryAfter?: string): RequestListener =>
  (_request, response) => {
    response.statusCode = 503
    if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter)
    response.end('{"error":{"code":"busy","message":"Cannot classify: too many"}}')
  }

describe('classify()', () => {
  test.each<[string, () => Uint8Array | Blob]>([
    ['bytes', () => red],
    ['a Blob', () => new Blob([red])],
    ['a File', () => new File([red], 'red.png')],
  ])('takes %s', async (_name, image) => {
    const answer = await classify(image(), { url: rig.url, topK: 2, preference: 'local-only' })
    expect(answer.labels.map((l) => l.name)).toContain('red')
    expect(answer.decision.reason).toBe('preference')
  })

  test('fails with the worker’s code, its sentence and the request’s id', async () => {
    const failed = await classify(Buffer.from('text'), { url: rig.url, requestId: 'mine' }).catch((e) => e)
    expect(failed).toBeInstanceOf(ClassifyFailed)
    expect(failed).toMatchObject({ code: 'unsupported-format', status: 415, requestId: 'mine' })
    expect(failed.message).toMatch(/JPEG, PNG/)
  })

  test('asks a busy worker again when it says when, and only then', async () => {
    let isBusy = true
    await using worker = await oddWorker((request, response) => {
      if (isBusy) busy('0')(request, response)
      else response.end('{"labels":[]}')
      isBusy = false
    })
    // Answered the second time, with something that is no answer: that is not asked for again.
    await expect(classify(red, { url: worker.url })).rejects.toMatchObject({
      code: 'not-an-answer',
      status: 200,
    })
    expect(worker.asked).toBe(2)
    await using never = await oddWorker(busy())
    await expect(classify(red, { url: never.url })).rejects.toMatchObject({ code: 'busy', status: 503 })
    expect(never.asked).toBe(1)
    await using always = await oddWorker(busy('0'))
    const failed = classify(red, { url: always.url, retriesMax: 3 })
    await expect(failed).rejects.toMatchObject({ code: 'busy', retryAfterMs: 0 })
    expect(always.asked).toBe(4)
    await using patient = await oddWorker(busy('3600'))
    await expect(classify(red, { url: patient.url })).rejects.toMatchObject({ retryAfterMs: 3_600_000 })
    expect(patient.asked).toBe(1)
  })

  test('ends when it is told to: while it is answered, and while it waits to ask again', async () => {
    await using silent = await oddWorker(() => undefined)
    await using later = await oddWorker(busy('5'))
    for (const { url } of [silent, later]) {
      const reason = new Error('enough')
      const stop = new AbortController()
      setTimeout(() => stop.abort(reason), 200)
      await expect(classify(red, { url, signal: stop.signal })).rejects.toBe(reason)
    }
    expect([silent.asked, later.asked]).toEqual([1, 1])
  })

  test('says that nobody is there', async () => {
    await expect(classify(red, { url: 'http://127.0.0.1:1' })).rejects.toMatchObject({
      code: 'unreachable',
      status: 0,
    })
  })
})

describe('classifyBatch()', () => {
  test('answers in the order of the images, with errors in their places', async () => {
    const answers = await classifyBatch([red, await truncatedJpeg(), new Blob([blue])], { url: rig.url })
    expect(answers.map((a) => ('error' in a ? a.error.code : a.labels[0]!.name))).toEqual([
      'red',
      'damaged',
      'blue',
    ])
  })

  test('of one image is a batch all the same, good or bad', async () => {
    expect(await classifyBatch([red], { url: rig.url })).toMatchObject([{ labels: [{ name: 'red' }] }])
    const [answer] = await classifyBatch([await truncatedJpeg()], { url: rig.url })
    expect(answer).toMatchObject({ error: { code: 'damaged' } })
  })

  test('of none, or of too many, fails as a whole', async () => {
    await expect(classifyBatch([], { url: rig.url })).rejects.toMatchObject({ status: 400 })
    const many = Array.from({ length: 33 }, () => red)
    await expect(classifyBatch(many, { url: rig.url })).rejects.toMatchObject({ code: 'too-many-images' })
  })
})

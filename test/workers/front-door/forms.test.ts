// Images in forms: one, a batch, and forms that are broken in every way there is.

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BATCH_MAX, BatchAnswer, ClassifyAnswer, ErrorBody, IMAGE_MAX_BYTES } from '#contract/classify.ts'
import { until } from '#test/harness/until.ts'
import { noisyJpeg, plain } from '#test/vision/images.ts'
import { threadHost } from '#workers/host/thread-host.ts'
import { hugePng, redPng, truncatedJpeg } from '../serve/bad-images.ts'
import { BOUNDARY, FORM_TYPE, form, imagePart, type Part } from './forms.ts'
import { type FrontDoorRig, frontDoorRig } from './front-door-rig.ts'

let rig: FrontDoorRig
let red: Buffer
let blue: Buffer
beforeAll(async () => {
  red = await redPng()
  blue = await plain({ colour: '#0000ff' }).png().toBuffer()
  rig = await frontDoorRig({ host: threadHost(), logLevel: 'error' })
  await rig.install()
})
afterAll(() => rig[Symbol.asyncDispose]())

const post = (body: Uint8Array, type = FORM_TYPE, query = '') =>
  fetch(`${rig.url}/v1/classify${query}`, { method: 'POST', body, headers: { 'content-type': type } })

const named = (name: string): Part => ({
  bytes: red,
  headers: { 'content-disposition': `form-data; name="${name}"` },
})

interface Case {
  readonly name: string
  readonly body: () => Uint8Array
  readonly type?: string
  readonly status: number
  readonly code: string
  readonly says: RegExp
}

const CASES: readonly Case[] = [
  { name: 'no part', body: () => form([]), status: 400, code: 'empty', says: /no part/ },
  { name: 'nothing', body: () => Buffer.alloc(0), status: 400, code: 'invalid', says: /last boundary/ },
  {
    name: 'no boundary',
    body: () => form([imagePart(red)]),
    type: 'multipart/form-data',
    status: 400,
    code: 'invalid',
    says: /boundary/,
  },
  {
    name: 'a boundary of 100 characters',
    body: () => form([imagePart(red)]),
    type: `multipart/form-data; boundary=${'x'.repeat(100)}`,
    status: 400,
    code: 'invalid',
    says: /boundary/,
  },
  {
    name: 'another boundary than it says',
    body: () => form([imagePart(red)]),
    type: 'multipart/form-data; boundary=other',
    status: 400,
    code: 'invalid',
    says: /last boundary/,
  },
  {
    name: 'an end within an image',
    body: () => form([imagePart(red), imagePart(red)]).subarray(0, red.length + 250),
    status: 400,
    code: 'invalid',
    says: /ends/,
  },
  {
    name: 'no last boundary',
    body: () => form([imagePart(red)], { isClosed: false }),
    status: 400,
    code: 'invalid',
    says: /ends/,
  },
  {
    name: 'an empty part',
    body: () => form([imagePart(red), imagePart('')]),
    status: 400,
    code: 'empty',
    says: /image 2/,
  },
  {
    name: 'a part of another name',
    body: () => form([named('file')]),
    status: 400,
    code: 'invalid',
    says: /"image"/,
  },
  {
    name: 'a part without a name',
    body: () => form([{ bytes: red, headers: { 'content-type': 'image/png' } }]),
    status: 400,
    code: 'invalid',
    says: /no name/,
  },
  {
    name: 'a part without headers',
    body: () => form([{ bytes: red }]),
    status: 400,
    code: 'invalid',
    says: /part 1/,
  },
  {
    name: 'an option among the parts',
    body: () =>
      form([imagePart(red), { bytes: '3', headers: { 'content-disposition': 'form-data; name="topK"' } }]),
    status: 400,
    code: 'invalid',
    says: /part 2/,
  },
  {
    name: 'a form in a form',
    body: () =>
      form([
        imagePart(
          form([imagePart(red)])
            .toString('latin1')
            .replaceAll(BOUNDARY, 'b'),
          { 'content-type': 'multipart/mixed; boundary=b' },
        ),
      ]),
    status: 400,
    code: 'invalid',
    says: /form in a form/,
  },
  {
    name: 'an image in base64',
    body: () => form([imagePart(red.toString('base64'), { 'content-transfer-encoding': 'base64' })]),
    status: 415,
    code: 'encoded',
    says: /plain bytes/,
  },
  {
    name: 'another kind of multipart',
    body: () => form([imagePart(red)]),
    type: FORM_TYPE.replace('form-data', 'mixed'),
    status: 415,
    code: 'unsupported-format',
    says: /multipart\/form-data/,
  },
  {
    name: `${BATCH_MAX + 1} images`,
    body: () => form(Array.from({ length: BATCH_MAX + 1 }, () => imagePart(red))),
    status: 413,
    code: 'too-many-images',
    says: /at most 32/,
  },
  {
    name: 'an image that is too large',
    body: () => form([imagePart(red), imagePart(Buffer.alloc(IMAGE_MAX_BYTES + 1))]),
    status: 413,
    code: 'too-large',
    says: /image 2.*16777216/,
  },
  {
    name: 'together too much',
    body: () => form(Array.from({ length: 5 }, () => imagePart(Buffer.alloc(14 * 1024 ** 2)))),
    status: 413,
    code: 'too-large',
    says: /67108864/,
  },
]

describe('a form', () => {
  test.each(CASES)('with $name is refused with $status $code', async ({ body, type, status, code, says }) => {
    const response = await post(body(), type)
    const { error } = ErrorBody.parse(await response.json())
    expect({ status: response.status, code: error.code }).toEqual({ status, code })
    expect(error.message).toMatch(says)
    expect((await post(form([imagePart(red)]))).status).toBe(200)
  })

  test('with one image is answered as the image by itself', async () => {
    const response = await post(form([imagePart(red)]), FORM_TYPE, '?topK=2')
    const answer = ClassifyAnswer.parse(await response.json())
    expect(answer.labels.map((l) => l.name)).toHaveLength(2)
    expect(answer.labels[0]!.name).toBe('red')
  })

  test('with one image that is none is refused as the image by itself', async () => {
    const response = await post(form([imagePart('no image')]))
    expect(response.status).toBe(415)
  })

  test('of a browser is read', async () => {
    const data = new FormData()
    data.append('image', new Blob([red]), 'a "quoted"; name.png')
    data.append('image', new Blob([blue]))
    const response = await fetch(`${rig.url}/v1/classify`, { method: 'POST', body: data })
    const { answers } = BatchAnswer.parse(await response.json())
    expect(answers.map((a) => 'labels' in a && a.labels[0]!.name)).toEqual(['red', 'blue'])
  })

  test('is answered in its order, and an error stands in the place of its image', async () => {
    const images = [red, await truncatedJpeg(), blue, hugePng(60_000), 'text', red]
    const response = await post(form(images.map((image) => imagePart(image))))
    expect(response.status).toBe(200)
    const { answers } = BatchAnswer.parse(await response.json())
    expect(answers.map((a) => ('error' in a ? a.error.code : a.labels[0]!.name))).toEqual([
      'red',
      'damaged',
      'blue',
      'too-many-pixels',
      'unsupported-format',
      'red',
    ])
    const id = response.headers.get('x-request-id')
    expect(answers[1]).toMatchObject({ error: { requestId: `${id}.1` } })
  })

  test('arriving in any pieces is the same', { timeout: 60_000 }, async () => {
    const bytes = form([imagePart(red), imagePart(await noisyJpeg(16, 16)), imagePart(blue)])
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length]
        const body = new ReadableStream({
          async start(controller) {
            for (const [i, place] of places.slice(1).entries()) {
              controller.enqueue(bytes.subarray(places[i]!, place))
              await new Promise((resolve) => setImmediate(resolve))
            }
            controller.close()
          },
        })
        const response = await fetch(`${rig.url}/v1/classify`, {
          method: 'POST',
          body,
          headers: { 'content-type': FORM_TYPE },
          duplex: 'half',
        } as RequestInit)
        const { answers } = BatchAnswer.parse(await response.json())
        expect(answers).toHaveLength(3)
        expect(answers[0]).toMatchObject({ labels: [{ name: 'red' }] })
        expect(answers[2]).toMatchObject({ labels: [{ name: 'blue' }] })
      }),
      { numRuns: 25 },
    )
  })

  test('damaged anywhere is answered or refused, and never takes the door down', {
    timeout: 60_000,
  }, async () => {
    const bytes = form([imagePart(red), imagePart(blue)])
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), async (at, value, isCut) => {
        const damaged = Buffer.from(isCut ? bytes.subarray(0, at) : bytes)
        if (!isCut) damaged[at] = value
        const response = await post(damaged)
        expect([200, 400, 413, 415, 422]).toContain(response.status)
        await response.json()
      }),
      { numRuns: 150 },
    )
    expect((await post(form([imagePart(red)]))).status).toBe(200)
  })
})

describe('a batch', () => {
  test('of the most images leaves others their turns', async () => {
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    let asked = 0
    const offload = async () => {
      asked++
      await released
      return { ok: true as const, model: 'heavy', labels: [{ index: 0, name: 'edge', score: 1 }], ms: 1 }
    }
    await using shared = await frontDoorRig({ host: threadHost(), offload })
    await shared.install()
    const ask = (preference: string, body: Uint8Array, type: string) =>
      fetch(`${shared.url}/v1/classify?preference=${preference}`, {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      })
    const batch = ask('accuracy', form(Array.from({ length: BATCH_MAX }, () => imagePart(red))), FORM_TYPE)
    await until('the batch is in work', () => asked === 2)
    expect((await ask('local-only', red, 'image/png')).status).toBe(200)
    expect(asked).toBe(2)
    release()
    const { answers } = BatchAnswer.parse(await (await batch).json())
    expect(answers.map((a) => 'labels' in a && a.labels[0]!.name)).toEqual(answers.map(() => 'edge'))
  })

  test('counts image by image against the bound: others are refused sooner, it is not as a whole', async () => {
    await using narrow = await frontDoorRig({
      host: threadHost(),
      ports: { turns: { runningMax: 1, waitingMax: 0 } },
    })
    await narrow.install()
    const response = await fetch(`${narrow.url}/v1/classify`, {
      method: 'POST',
      body: form([imagePart(red), imagePart(red), imagePart(red)]),
      headers: { 'content-type': FORM_TYPE },
    })
    expect(response.status).toBe(200)
    const { answers } = BatchAnswer.parse(await response.json())
    const codes = answers.map((a) => ('error' in a ? a.error.code : 'ok'))
    expect(codes).toContain('ok')
    expect(codes).toContain('busy')
  })
})

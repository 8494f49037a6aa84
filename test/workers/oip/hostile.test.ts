// Requests that lie, and bodies made to be costly: each is refused in the protocol's words with a 4xx, none reaches
// the model, and the server answers the next one as before.

import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BodyBudget, withBody } from '#workers/oip/read-body.ts'
import { type OipRig, oipRig, photograph } from './oip-rig.ts'
import { scoresOf } from './onnx-runnable.ts'
import { call, elementBytes, floatBytes, get, infer, inferBinary, type PlainAnswer } from './plain-client.ts'

let rig: OipRig
let url: string
let image: Uint8Array

beforeAll(async () => {
  rig = await oipRig()
  url = `${rig.url}/v2/models/mobilenet_v1/infer`
  image = await photograph()
})
afterAll(() => rig[Symbol.asyncDispose]())

const COUNT = 3 * 32 * 32
const zeros = new Array(COUNT).fill(0)
const fp32 = (more: object) => ({
  name: 'image',
  shape: [1, 3, 32, 32],
  datatype: 'FP32',
  data: zeros,
  ...more,
})
const images = (more: object) => ({ name: 'image', shape: [1], datatype: 'BYTES', ...more })
const sized = (size: unknown) => ({ parameters: { binary_data_size: size } })
const one = (input: object, more: object = {}) => infer(url, { inputs: [input], ...more })
const raw = (body: string | Buffer, headers: Record<string, string | number> = {}) =>
  call(url, { body, headers })

async function expectRefused({ status, json }: PlainAnswer, expected: number, says?: RegExp): Promise<void> {
  expect([status, json]).toEqual([expected, { error: expect.stringMatching(says ?? /^Cannot /) }])
  expect(rig.errors).toEqual([])
  const well = await infer(url, { inputs: [images({ data: [Buffer.from(image).toString('base64')] })] })
  expect(well.json.outputs[0].data).toEqual(await scoresOf(rig.runnable, image))
}

describe('a tensor that is not what it says', () => {
  const SHAPES: [string, unknown][] = [
    ['of a billion elements', [1e9, 3, 32, 32]],
    ['whose product is no number any more', [2 ** 40, 2 ** 40, 2 ** 40, 2 ** 40]],
    ['that overflows 32 bits to the right size', [1, 3, 32, 32 + 2 ** 27]],
    ['with a negative dimension', [1, 3, -32, -32]],
    ['with no elements', [0, 3, 32, 32]],
    ['of fractions', [1, 3, 32.5, 32]],
    ['of words', ['1', 3, 32, 32]],
    ['of other dimensions', [1, 3072]],
    ['that is transposed', [1, 32, 32, 3]],
    ['of more images than a batch may have', [1000, 3, 32, 32]],
    ['of very many dimensions', new Array(1000).fill(1)],
    ['that is none', null],
  ]
  test.each(SHAPES)('by a shape %s', async (_, shape) => expectRefused(await one(fp32({ shape })), 400))

  const DATA: [string, unknown][] = [
    ['too few numbers', zeros.slice(1)],
    ['too many numbers', [...zeros, 0]],
    ['no list', 7],
    ['an object with a length', { length: COUNT }],
    ['words', new Array(COUNT).fill('0')],
    ['null', new Array(COUNT).fill(null)],
    ['one number that FP32 cannot hold', [...zeros.slice(1), 1e300]],
    ['lists of other lengths', [[zeros]]],
    ['a list among numbers', [...zeros.slice(1), [0]]],
    ['lists that go on and on', JSON.parse(`${'['.repeat(12)}${']'.repeat(12)}`)],
  ]
  test.each(DATA)('by data with %s', async (_, data) => expectRefused(await one(fp32({ data })), 400))

  const HEADS: [string, object][] = [
    ['another type', { datatype: 'FP64' }],
    ['no type', { datatype: 'object' }],
    ['another name', { name: '__proto__' }],
    ['neither data nor a size', { data: undefined }],
    ['both data and a size', sized(COUNT * 4)],
    ['images under another name', images({ name: 'picture', data: ['AAAA'] })],
    ['text for an image', images({ data: ['not base64!'] })],
    ['base64 of no image', images({ data: ['AAAA'] })],
    ['more images than there are', images({ shape: [3], data: ['AAAA'] })],
    ['a million images', images({ shape: [1_000_000], data: ['AAAA'] })],
  ]
  test.each(HEADS)('by %s', async (_, more) => expectRefused(await one(fp32(more)), 400))

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('by %s as binary', async (value) => {
    const binary = floatBytes([...zeros.slice(1), value])
    const input = fp32({ data: undefined, ...sized(binary.length) })
    await expectRefused(await inferBinary(url, { inputs: [input] }, binary), 400, /finite/)
  })
})

describe('a frame that lies', () => {
  const binary = floatBytes(zeros)
  const input = (size: unknown = binary.length) => ({ inputs: [fp32({ data: undefined, ...sized(size) })] })

  test.each([0, -1, 1, 10_000_000, 1e30, 'abc', '0x10', '1e3', '10, 20', ' '])(
    'about the length of its JSON: %s',
    async (length) => expectRefused(await inferBinary(url, input(), binary, length), 400),
  )

  test.each([0, 1, COUNT * 4 - 1, COUNT * 4 + 1, 2 ** 53, -1, 1.5, '12288', null])(
    'about the size of its tensor: %s',
    async (size) => expectRefused(await inferBinary(url, input(size), binary), 400),
  )

  test.each<[string, () => Buffer]>([
    ['an element longer than the body', () => Buffer.from([255, 255, 255, 255, 1, 2])],
    ['half a length', () => Buffer.from([1, 0])],
    ['an element too many', () => elementBytes(image, image)],
    ['a million empty elements', () => Buffer.alloc(4_000_000)],
    ['an empty image', () => elementBytes('')],
    ['an image cut short', () => elementBytes(image.subarray(0, 700))],
    ['HTML', () => elementBytes('<html>')],
  ])('about its images: %s', async (_, make) => {
    const body = make()
    const message = { inputs: [images(sized(body.length))] }
    await expectRefused(await inferBinary(url, message, body), 400)
  })

  test('about nothing: bytes behind JSON without a word', async () =>
    expectRefused(
      await inferBinary(url, { inputs: [fp32({})] }, Buffer.alloc(9)),
      400,
      /belong to no tensor/,
    ))
})

describe('a message that is none', () => {
  const BODIES: [string, () => string | Buffer][] = [
    ['nothing', () => ''],
    ['no JSON', () => 'inputs'],
    ['no UTF-8', () => Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['a list', () => '[]'],
    ['no inputs', () => '{}'],
    ['an empty list of inputs', () => '{"inputs":[]}'],
    ['a hundred inputs', () => JSON.stringify({ inputs: new Array(100).fill(fp32({ data: [] })) })],
    ['two inputs', () => JSON.stringify({ inputs: [fp32({}), fp32({})] })],
    ['brackets, as many as fit', () => '['.repeat(15_000_000)],
    ['braces, as many as fit', () => `{"inputs":[${'{},'.repeat(5_000_000)}{}]}`],
    ['lists, as many as fit', () => `{"inputs":[${'[],'.repeat(5_000_000)}[]]}`],
    ['a million parameters', () => `{"parameters":{${'"a":1,'.repeat(1_000_000)}"b":1},"inputs":[]}`],
    ['a string without an end', () => `{"inputs":"${'\\"'.repeat(1_000_000)}`],
  ]
  test.each(BODIES)('%s', async (_, make) => expectRefused(await raw(make()), 400))

  const OUTPUTS: [string, unknown][] = [
    ['that is unknown', [{ name: 'secrets' }]],
    ['twice', [{ name: 'logits' }, { name: 'logits' }]],
    ['never', []],
    ['as no classes', [{ name: 'logits', parameters: { classification: 0 } }]],
    ['as a fraction of classes', [{ name: 'logits', parameters: { classification: 1.5 } }]],
    ['as binary, perhaps', [{ name: 'logits', parameters: { binary_data: 'yes' } }]],
  ]
  test.each(OUTPUTS)('an output asked for %s', async (_, outputs) =>
    expectRefused(await one(fp32({}), { outputs }), 400),
  )

  test('of another model, version, route or encoding', async () => {
    for (const path of ['/v2/models/x', '/v2/models/mobilenet_v1/versions/8', '/v2/models/%ff'])
      await expectRefused(await get(rig.url + path), 404)
    for (const path of ['/v2/x', '/v2/models', '/v2/models/mobilenet_v1/infer'])
      await expectRefused(await get(rig.url + path), 404, /no such route/)
    await expectRefused(await raw('{}', { 'content-encoding': 'gzip' }), 415)
  })
})

describe('a body that is too large', () => {
  test('as JSON, and by its own word', async () => {
    await expectRefused(await raw(Buffer.alloc(17 * 1024 ** 2, ' ')), 413, /send tensors as binary/)
    await expectRefused(await announcing(65 * 1024 ** 2), 413)
  })

  test('is refused while it comes, and what all bodies take together is bounded', async () => {
    let asked = 0
    const chunk = new Uint8Array(1024 ** 2)
    const endless = () =>
      new Request('http://edge/', {
        method: 'POST',
        duplex: 'half',
        body: new ReadableStream({
          pull: (controller) => {
            asked++
            controller.enqueue(chunk)
          },
        }),
      } as RequestInit)
    const budget = new BodyBudget(10 * 1024 ** 2)
    const unreached = async () => expect.unreachable()
    await expect(withBody(endless(), budget, unreached)).rejects.toMatchObject({ code: 'busy' })
    expect([budget.usedBytes, asked < 20]).toEqual([0, true])
    const large = new BodyBudget(1024 ** 3)
    await expect(withBody(endless(), large, unreached)).rejects.toMatchObject({ code: 'too-large' })
    expect([large.usedBytes, asked < 100]).toEqual([0, true])
  })
})

/** Says so and sends nothing: the answer must not wait for the rest. */
function announcing(length: number): Promise<PlainAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', agent: false, headers: { 'content-length': length } })
    outgoing.once('error', reject)
    outgoing.once('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (more) => {
        text += more
      })
      response.once('end', () => {
        const { statusCode: status, headers } = response
        const none = Buffer.alloc(0)
        resolve({ status: status!, headers, raw: none, json: JSON.parse(text), binary: none })
        outgoing.destroy()
      })
    })
    outgoing.flushHeaders()
  })
}

// Data sets and functions: lists of artifacts that were uploaded before, under a name that means one content.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ImageList } from '#contract/device-api.ts'
import { digestOf } from '#platform/artifact-store.ts'
import { type Control, openControl, refusalOf } from './control-rig.ts'

let control: Control
let labels: string
let images: { digest: string; label: number; path: string }[]
beforeAll(async () => {
  control = await openControl()
  labels = await control.put('["cat","dog"]')
  images = [
    { digest: await control.put('a cat'), label: 0, path: 'cat.jpg' },
    { digest: await control.put('a dog'), label: 1, path: 'dog.jpg' },
  ]
})
afterAll(() => control[Symbol.asyncDispose]())

const create = (name: string, draft: { labels?: string; images?: typeof images } = {}) =>
  control.admin.datasets.create.mutate({ name, labels, images, ...draft })

describe('datasets.create', () => {
  test('makes the list of images an artifact that devices can read', async () => {
    const { imagesDigest, imageCount } = await create('pets')
    const list = ImageList.parse(
      JSON.parse((await control.ctx.artifacts.readVerified(imagesDigest)).toString()),
    )
    expect(list).toEqual(images.map(({ digest }) => ({ digest, sizeBytes: 5 })))
    expect(imageCount).toBe(2)
  })

  test('refuses a label that the list has not, naming the image', async () => {
    const bad = images.map((image) => ({ ...image, label: image.label + 1 }))
    const { code, message } = await refusalOf(create('bad', { images: bad }))
    expect(code).toBe('BAD_REQUEST')
    expect(message).toBe('Cannot create data set "bad": image 1 ("dog.jpg") has label 2, expected below 2')
  })

  test('refuses images that were not uploaded, with their number and the first of them', async () => {
    const lost = [...images, { digest: digestOf('lost'), label: 0, path: 'lost.jpg' }]
    const { message } = await refusalOf(create('bad', { images: lost }))
    expect(message).toBe('Cannot create data set "bad": 1 images were not uploaded, first "lost.jpg"')
  })

  test('refuses one file under two paths: it would be trained on and held out at once', async () => {
    const twice = [...images, { ...images[0]!, label: 1, path: 'copy.jpg' }]
    const { code, status, message } = await refusalOf(create('bad', { images: twice }))
    expect([code, status]).toEqual(['BAD_REQUEST', 400])
    expect(message).toBe(
      'Cannot create data set "bad": images "cat.jpg" and "copy.jpg" are the same file, expected each once',
    )
  })

  test('the same content twice is one data set, also at once', async () => {
    const first = await create('again')
    expect(await create('again')).toEqual(first)
    const [a, b] = await Promise.all([create('at-once'), create('at-once')])
    expect(a).toEqual(b)
  })

  test.each<[string, () => { labels?: string; images?: typeof images }]>([
    ['other images', () => ({ images: images.slice(0, 1) })],
    ['the same images in another order', () => ({ images: images.toReversed() })],
    [
      'the same images under other labels',
      () => ({ images: images.map((i) => ({ ...i, label: 1 - i.label })) }),
    ],
  ])('a name that is taken with %s is a conflict', async (_, other) => {
    await create('taken')
    const { code, status, message } = await refusalOf(create('taken', other()))
    expect([code, status]).toEqual(['CONFLICT', 409])
    expect(message).toContain('that name is taken')
  })
})

describe('functions.create', () => {
  test('numbers versions by content', async () => {
    const one = await control.put('export default 1')
    const two = await control.put('export default 2')
    const create = (file: string) => control.admin.functions.create.mutate({ name: 'mine', file })
    expect((await create(one)).version).toBe(1)
    expect((await create(one)).version).toBe(1)
    expect((await create(two)).version).toBe(2)
  })

  test('refuses the name of a built-in one', async () => {
    const file = await control.put('export default 3')
    const refused = await refusalOf(control.admin.functions.create.mutate({ name: 'classify', file }))
    expect(refused).toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('is a built-in one'),
    })
  })

  test('refuses a file that was not uploaded, and one over 1 MiB', async () => {
    const create = (file: string) => refusalOf(control.admin.functions.create.mutate({ name: 'mine', file }))
    expect((await create(digestOf('lost'))).code).toBe('BAD_REQUEST')
    const big = await create(await control.put(Buffer.alloc(1024 ** 2 + 1)))
    expect([big.code, big.status]).toEqual(['PAYLOAD_TOO_LARGE', 413])
  })
})

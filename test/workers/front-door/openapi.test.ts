// The description of the API is the API: it is complete, up to date in docs/, and every answer keeps to it.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openApiDocument } from '#workers/front-door/classify/openapi-document.ts'
import { threadHost } from '#workers/host/thread-host.ts'
import { redPng } from '../serve/bad-images.ts'
import { FORM_TYPE, form, imagePart } from './forms.ts'
import { type FrontDoorRig, frontDoorRig } from './front-door-rig.ts'

type Json = Record<string, unknown>
interface Operation {
  readonly responses: Record<string, { content: { 'application/json': { schema: Json } } }>
}
interface Document {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { schemas: Json }
}

let rig: FrontDoorRig
let red: Buffer
let document: Document
beforeAll(async () => {
  red = await redPng()
  rig = await frontDoorRig({ host: threadHost() })
  await rig.install()
  document = (await (await fetch(`${rig.url}/v1/openapi.json`)).json()) as Document
})
afterAll(() => rig[Symbol.asyncDispose]())

/** The schema of an answer, as a reader of the document alone would build it. */
function schemaOf(method: string, route: string, status: number) {
  const response = document.paths[route]?.[method]?.responses[String(status)]
  if (!response) throw new Error(`${method} ${route} ${status} is not described`)
  const { schema } = response.content['application/json']
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas })
  return z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')))
}

describe('the OpenAPI document', () => {
  test('is the one in docs/ (else: npm run openapi)', async () => {
    const file = path.resolve(import.meta.dirname, '../../../docs/openapi-classify.json')
    const written = JSON.parse(await readFile(file, 'utf8'))
    expect(written).toEqual(JSON.parse(JSON.stringify(openApiDocument())))
    expect(document).toEqual(written)
  })

  test('has no reference into nowhere', () => {
    expect(document.openapi).toBe('3.1.0')
    const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
      (m) => m[1]!,
    )
    expect(names.length).toBeGreaterThan(0)
    expect(names.filter((name) => !(name in document.components.schemas))).toEqual([])
  })

  test('describes all that the front door answers but itself', () => {
    const routes = Object.entries(document.paths).flatMap(([route, methods]) =>
      Object.keys(methods).map((method) => `${method} ${route}`),
    )
    expect(routes.sort()).toEqual(['get /healthz', 'get /readyz', 'post /v1/classify'])
  })

  const classify = (body: () => Uint8Array, headers: Record<string, string> = {}, query = '') => ({
    route: '/v1/classify',
    init: () => ({ method: 'POST', body: body(), headers }),
    query,
  })
  const get = (route: string) => ({ route, init: () => ({ method: 'GET' }), query: '' })
  const formOf = (...images: (string | Uint8Array)[]) => form(images.map((image) => imagePart(image)))

  test.each([
    { status: 200, ...get('/healthz') },
    { status: 200, ...get('/readyz') },
    { status: 200, ...classify(() => red, {}, '?topK=5') },
    { status: 200, ...classify(() => formOf(red, 'none', red), { 'content-type': FORM_TYPE }) },
    { status: 400, ...classify(() => red, {}, '?topK=9') },
    { status: 409, ...classify(() => red, { 'x-tandem-deployment': 'other' }) },
    { status: 413, ...classify(() => Buffer.alloc(17 * 1024 ** 2)) },
    { status: 415, ...classify(() => Buffer.from('text')) },
    { status: 422, ...classify(() => red.subarray(0, 30)) },
  ])('describes the answer $status of $route$query', async ({ status, route, init, query }) => {
    const response = await fetch(`${rig.url}${route}${query}`, init())
    expect(response.status).toBe(status)
    const body = await response.json()
    const { method } = init()
    const schema = schemaOf(method.toLowerCase(), route, status)
    expect(schema.safeParse(body).error?.issues).toBeUndefined()
    // A schema that takes everything would prove nothing.
    expect(schema.safeParse({ other: body }).success).toBe(false)
  })

  test('describes a worker without a deployment', async () => {
    await using empty = await frontDoorRig({ host: threadHost() })
    const ready = await fetch(`${empty.url}/readyz`)
    expect(schemaOf('get', '/readyz', 503).safeParse(await ready.json()).success).toBe(true)
    const refused = await fetch(`${empty.url}/v1/classify`, { method: 'POST', body: red })
    expect(schemaOf('post', '/v1/classify', refused.status).safeParse(await refused.json()).success).toBe(
      true,
    )
  })
})

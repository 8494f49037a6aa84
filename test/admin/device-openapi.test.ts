// The description of the devices' REST is the REST: no route is missing, docs/ is up to date, and answers of real calls
// keep to it, good ones and refusals.

import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { deviceApp } from '#admin/device/device-app.ts'
import { deviceOpenApi } from '#admin/device/openapi/openapi-document.ts'
import type { Job } from '#contract/device-api.ts'
import { digestOf } from '#platform/artifact-store.ts'
import { jsonBody } from './control-rig.ts'
import { enrolmentOf, type FakeDevice, featureRow, MADE_UP_RESULT, makeDeviceKey } from './fake-device.ts'
import { madeUpOutcome } from './measured-pair.ts'
import { openRolloutRig, type RolloutRig } from './rollout-rig.ts'

type Json = Record<string, unknown>
interface Operation {
  readonly security: readonly object[]
  readonly responses: Record<string, { content?: Record<string, { schema: Json }> }>
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { schemas: Json }
}

const ROOT = path.resolve(import.meta.dirname, '../..')
const vector = async (name: string) =>
  JSON.parse(await readFile(path.join(ROOT, 'test/vectors', name), 'utf8')) as unknown

let rig: RolloutRig
let pi: FakeDevice
let deploymentId: string
let job: Job
let document: Document
beforeAll(async () => {
  rig = await openRolloutRig()
  const fleet = await rig.fleet({ local: 1, edge: 1 }, 'described')
  deploymentId = (await fleet.promote({ policy: { captureQuotaMb: 1 } })).deployment.id
  await fleet.turn(3)
  pi = fleet.of('local')[0]!.device
  const { admin } = rig.control
  const [{ name: dataset }, { name: model }] = [
    (await admin.datasets.list.query({})).items[0]!,
    (await admin.models.list.query({})).items[0]!,
  ]
  const devices = [fleet.of('local')[0]!.name]
  await admin.profiles.create.mutate({ dataset, models: [model], devices })
  job = (await pi.nextJob())!
  document = (await (await rig.control.request('/device/v1/openapi.json')).json()) as Document
})
afterAll(() => rig[Symbol.asyncDispose]())

const operations = () =>
  Object.entries(document.paths).flatMap(([route, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${route.replace('/device/v1', '')}`),
  )

describe('the OpenAPI document', () => {
  test('is the one in docs/ (else: npm run openapi)', async () => {
    const written = JSON.parse(await readFile(path.join(ROOT, 'docs/openapi-device.json'), 'utf8'))
    expect(written).toEqual(JSON.parse(JSON.stringify(deviceOpenApi())))
    expect(document).toEqual(written)
  })

  test('has every route of the app but itself, and no other', () => {
    const routes = deviceApp(rig.control.ctx)
      .routes.filter(({ method, path }) => method !== 'ALL' && path !== '/*' && path !== '/openapi.json')
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
    expect(operations().sort()).toEqual([...new Set(routes)].sort())
  })
})

/** The schema of an answer, as a reader of the document alone would build it. */
function schemaOf(method: string, route: string, status: number): z.ZodType | undefined {
  const response = document.paths[`/device/v1${route}`]?.[method]?.responses[String(status)]
  if (!response) throw new Error(`${method} ${route} ${status} is not described`)
  const schema = response.content?.['application/json']?.schema
  if (!schema) return undefined
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas })
  return z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')))
}

const image = randomBytes(3_000)
const capture = () => ({
  digest: digestOf(image),
  sizeBytes: image.length,
  at: new Date().toISOString(),
  deploymentId,
  of: 1,
  reason: 'offloaded',
  score: 0.7,
  threshold: 0.5,
})
const rows = () => {
  const indexes = Array.from({ length: job.count }, (_, index) => index)
  if (job.kind === 'features') return { rows: indexes.map(featureRow) }
  return { outcomes: indexes.map((index) => ({ index, ...madeUpOutcome('light', index) })) }
}
const digestOfMine = async () => `/artifacts/${job.images.digest}`
const lost = digestOf('lost')
const post = (route: string, status: number, body: () => unknown, at = () => route) =>
  ({ method: 'post', route, status, at, init: async () => jsonBody(await body()) }) as const
const get = (route: string, status: number, at: () => string | Promise<string>, headers = {}) =>
  ({ method: 'get', route, status, at, init: async () => ({ headers }) }) as const

// In this order: a job ends once.
const calls = [
  get('/manifest', 200, () => '/manifest?jobs=tell'),
  get('/artifacts/{digest}', 200, digestOfMine),
  get('/artifacts/{digest}', 206, digestOfMine, { range: 'bytes=0-9' }),
  get('/artifacts/{digest}', 416, digestOfMine, { range: 'bytes=99999999-' }),
  get('/artifacts/{digest}', 404, () => `/artifacts/${lost}`),
  get('/artifacts/{digest}', 400, () => '/artifacts/none'),
  get('/jobs/next', 200, () => '/jobs/next'),
  post(
    '/jobs/{id}/done',
    409,
    () => MADE_UP_RESULT,
    () => `/jobs/${job.id}/done`,
  ),
  post(
    '/jobs/{id}/rows',
    400,
    () => ({ rows: [] }),
    () => `/jobs/${job.id}/rows`,
  ),
  post('/jobs/{id}/rows', 404, rows, () => '/jobs/none/rows'),
  post('/jobs/{id}/rows', 200, rows, () => `/jobs/${job.id}/rows`),
  post(
    '/jobs/{id}/done',
    200,
    () => MADE_UP_RESULT,
    () => `/jobs/${job.id}/done`,
  ),
  post(
    '/jobs/{id}/failed',
    200,
    () => ({ message: 'too late' }),
    () => `/jobs/${job.id}/failed`,
  ),
  post('/captures', 200, () => ({ captures: [capture()] })),
  {
    ...get('/captures/{digest}', 204, () => `/captures/${digestOf(image)}`),
    method: 'put',
    init: async () => ({ method: 'PUT', body: image }),
  } as const,
  post('/decisions', 200, () => vector('decision-batch.json')),
  post('/decisions', 400, () => ({ decisions: [] })),
  post('/report', 204, () => vector('device-report.json')),
  post('/report', 400, () => ({})),
  post('/report', 413, () => 'x'.repeat(5 * 1024 ** 2)),
] as const

describe.sequential('answers as described', () => {
  test.each(calls)('$status to $method $route', async ({ method, route, status, at, init }) => {
    const answer = await pi.send(await at(), await init())
    expect(answer.status).toBe(status)
    const schema = schemaOf(method, route, status)
    if (!schema) return void (await answer.arrayBuffer())
    const body = await answer.json()
    expect(schema.safeParse(body).error?.issues).toBeUndefined()
    // A schema that takes everything would prove nothing.
    expect(schema.safeParse({ other: body }).success).toBe(false)
  })

  test('304 where nothing is new', async () => {
    const etag = (await pi.send('/manifest')).headers.get('etag')!
    expect((await pi.send('/manifest', { headers: { 'if-none-match': etag } })).status).toBe(304)
    expect(schemaOf('get', '/manifest', 304)).toBeUndefined()
  })

  test('an enrolment, good once', async () => {
    const { code } = await rig.control.admin.devices.createEnrolment.mutate({
      name: 'new-one',
      tier: 'local',
      group: 'described',
    })
    const request = jsonBody(enrolmentOf(code, await makeDeviceKey(), 'local'))
    for (const status of [201, 401]) {
      const answer = await rig.control.request('/device/v1/enrol', request)
      expect(answer.status).toBe(status)
      expect(schemaOf('post', '/enrol', status)!.safeParse(await answer.json()).error).toBeUndefined()
    }
  })

  test('401 without a token, wherever one is asked for', async () => {
    for (const [route, methods] of Object.entries(document.paths))
      for (const [method, { security }] of Object.entries(methods)) {
        if (security.length === 0) continue
        const answer = await rig.control.request(route, { method: method.toUpperCase() })
        expect([route, answer.status]).toEqual([route, 401])
        const schema = schemaOf(method, route.replace('/device/v1', ''), 401)!
        expect(schema.safeParse(await answer.json()).error).toBeUndefined()
      }
  })
})

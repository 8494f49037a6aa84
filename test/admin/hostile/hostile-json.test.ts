// Every route of the control plane that takes JSON is sent what is none and what means no good: it says so by a status
// below 500, in words of its own, and nothing of it stays. Procedures and routes come from the router and the app.

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { z } from 'zod'
import { adminRouter } from '#admin/api/router.ts'
import { ENDPOINTS } from '#admin/auth/auth-routes.ts'
import { DEVICE_ROUTES } from '#admin/device/openapi/device-routes.ts'
import { type Came, type HostileRig, openHostileRig } from './hostile-rig.ts'
import { HOSTILE_VALUES, LARGE_VALUES } from './hostile-values.ts'
import { MALFORMED_BODIES, MALFORMED_COUNT } from './malformed-bodies.ts'
import { samplesOf, spoilt } from './spoil.ts'

interface Procedure {
  readonly _def: {
    readonly type: 'query' | 'mutation' | 'subscription'
    readonly inputs: readonly z.ZodType[]
  }
}

/** Requests at once: the database has some connections, and most of a request is waiting for it. */
const AT_ONCE = 8
/** Of the hostile values each field gets so many, taken in turns, so that every procedure sees all of them. */
const VALUES_PER_FIELD = 10
/** Node takes no longer address. */
const ADDRESS_MAX_BYTES = 16 * 1024

const procedures = Object.entries(adminRouter._def.procedures as unknown as Record<string, Procedure>).map(
  ([name, { _def }]) => ({ name, type: _def.type, input: _def.inputs[0] }),
)
const deviceRoutes = DEVICE_ROUTES.filter(({ body }) => body !== undefined)
const authRoutes = Object.keys(ENDPOINTS).map((endpoint) => endpoint.split(' ') as [string, string])

// Some thousand requests in a test, on machines with more to do.
vi.setConfig({ testTimeout: 180_000 })

let rig: HostileRig
beforeAll(async () => {
  rig = await openHostileRig()
}, 60_000)
afterAll(() => rig[Symbol.asyncDispose]())

interface Sent {
  readonly body: string | Buffer
  readonly path: string
  readonly init: RequestInit
}

/** Sends all, some at once; answers what was wrong, with the body that did it. */
async function faultsOf(sent: readonly Sent[], isRight: (came: Came) => boolean = () => true) {
  const faults: string[] = []
  const rest = sent[Symbol.iterator]()
  const worker = async () => {
    for (const { body, path, init } of rest) {
      const came = await rig.ask(path, init)
      const fault = rig.faultOf(came) ?? (isRight(came) ? undefined : `status ${came.status}`)
      if (fault) faults.push(`${fault} for ${String(body).slice(0, 200)}: ${came.text.slice(0, 300)}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return [...faults, ...rig.newErrors()].slice(0, 5)
}

/** A stream says so in its first event. */
const isRefused = ({ status, text }: Came): boolean =>
  (status >= 400 && status < 500) || text.includes('event: serialized-error')

const percent = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

/** As a client would send it: queries in the address, mutations in the body. */
function callOf({ name, type }: (typeof procedures)[number], body: string | Buffer): Sent {
  const headers = { ...rig.adminHeaders(), 'content-type': 'application/json' }
  const bytes = Buffer.from(body as string)
  if (type === 'mutation')
    return { body, path: `/trpc/${name}`, init: { method: 'POST', headers, body: bytes } }
  return { body, path: `/trpc/${name}?input=${percent(bytes)}`, init: { headers } }
}

/** Every place of every sample with some of the values, and the whole with all of them. */
function* spoiltOf(input: z.ZodType): Generator<string> {
  let turn = 0
  for (const given of samplesOf(input)) {
    yield JSON.stringify(given.value) ?? 'null'
    for (const place of given.places)
      for (let i = 0; i < VALUES_PER_FIELD; i++)
        yield spoilt(given, place, HOSTILE_VALUES[turn++ % HOSTILE_VALUES.length]!)
    for (const value of LARGE_VALUES) yield spoilt(given, given.places[turn++ % given.places.length]!, value)
  }
  yield* HOSTILE_VALUES
  yield* LARGE_VALUES
}

test(`there are ${MALFORMED_COUNT} bodies that are not JSON`, () => {
  expect(new Set(MALFORMED_BODIES.map((body) => body.toString('latin1'))).size).toBeGreaterThan(
    MALFORMED_COUNT * 0.9,
  )
})

describe('the admin API', () => {
  test.each(procedures)('refuses what is not JSON: $name', async (procedure) => {
    const sent = MALFORMED_BODIES.map((body) => callOf(procedure, body))
    // A procedure without an input looks at none.
    expect(await faultsOf(sent, procedure.input ? isRefused : undefined)).toEqual([])
  })

  test.each(procedures.filter(({ input }) => input !== undefined))(
    'bears every field of $name',
    async (procedure) => {
      const texts = [...spoiltOf(procedure.input!)].filter(
        ({ length }) => procedure.type === 'mutation' || length < ADDRESS_MAX_BYTES,
      )
      const sent = texts.map((text) => callOf(procedure, text))
      expect(await faultsOf(sent)).toEqual([])
    },
  )
})

const pathOf = (path: string) =>
  `/device/v1${path.replace('{id}', rig.job.id).replace('{digest}', `sha256:${'0'.repeat(64)}`)}`

describe("the devices' REST", () => {
  test.each(deviceRoutes)('refuses what is not JSON: $method $path', async ({ method, path }) => {
    const headers = { ...(await rig.deviceHeaders()), 'content-type': 'application/json' }
    const sent = MALFORMED_BODIES.map((body) => ({
      body,
      path: pathOf(path),
      init: { method: method.toUpperCase(), headers, body: new Uint8Array(body) },
    }))
    expect(await faultsOf(sent, isRefused)).toEqual([])
  })

  test.each(deviceRoutes.filter(({ body }) => typeof body !== 'string'))(
    'bears every field of $path',
    async ({ method, path, body: schema }) => {
      const headers = { ...(await rig.deviceHeaders()), 'content-type': 'application/json' }
      const sent = [...spoiltOf(schema as z.ZodType)].map((body) => ({
        body,
        path: pathOf(path),
        init: { method: method.toUpperCase(), headers, body },
      }))
      expect(await faultsOf(sent)).toEqual([])
    },
  )
})

describe('signing in', () => {
  test.each(authRoutes)('%s %s bears what is not JSON and what means no good', async (method, path) => {
    const headers = { 'content-type': 'application/json' }
    const bodies = method === 'GET' ? [] : [...MALFORMED_BODIES, ...HOSTILE_VALUES, ...credentials()]
    const sent = bodies.map((body) => ({
      body,
      path: `/auth${path}`,
      init: { method, headers, body: Buffer.from(body as string) },
    }))
    expect(await faultsOf(sent)).toEqual([])
  })
})

/** Each value as a name, a password, a code, all three. */
const credentials = () =>
  HOSTILE_VALUES.flatMap((value) => [
    `{"username":${value},"password":"some words"}`,
    `{"username":"ada","password":${value},"code":${value}}`,
    `{"email":${value},"password":${value},"newPassword":${value},"currentPassword":${value},"token":${value}}`,
  ])

test('nothing of it has stayed in this process, and the control plane answers as before', async () => {
  expect(Object.keys(Object.prototype)).toEqual([])
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  const models = await rig.control.admin.models.list.query({})
  expect(models.items.map(({ name }) => name)).toContain('light')
  expect((await rig.ask('/healthz', {})).status).toBe(200)
})

// An edge half at somebody else's server, by the admin API: a real server of the protocol is looked at before it is
// believed, what differs is named, and local devices are told of it and of its end as of any change.

import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { advanceRollouts } from '#admin/jobs/rollout-driver.ts'
import { freePort } from '#test/harness/free-port.ts'
import { withoutTriggers } from '#test/harness/without-triggers.ts'
import { TINY_LABELS, type TinyShape, tinyContract, tinyModel } from '#test/vision/tiny-model.ts'
import { type PlainOptions, PlainServer } from '#test/workers/oip/plain-server.ts'
import { refusalOf } from './control-rig.ts'
import { openRolloutRig, type RolloutRig, type SimulatedFleet } from './rollout-rig.ts'

/** The edge model of `measurePair`. */
const HEAVY = tinyOf({ side: 12 })
let rig: RolloutRig
let server: PlainServer
let url: string

function tinyOf(shape: TinyShape, labels = TINY_LABELS) {
  return { name: 'heavy', file: tinyModel(shape), contract: tinyContract(shape), labels }
}

beforeAll(async () => {
  rig = await openRolloutRig()
  server = new PlainServer(HEAVY)
  url = await server.listen()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rig[Symbol.asyncDispose]()
})

const edges = () => rig.control.admin.edges
const place = (model = 'heavy') => ({ url, protocol: 'oip-v2', model })
const told = async (fleet: SimulatedFleet) => {
  const { sequence, deployment, edges } = await fleet.of('local')[0]!.manifest()
  return { sequence, deployment: deployment?.id ?? null, edges }
}

describe('a group without an edge device', () => {
  test('takes a promotion with a server of others, and is told of its revocation and its return', async () => {
    const fleet = await rig.fleet({ local: 1, edge: 0 })
    expect((await refusalOf(fleet.promote())).message).toContain('has no device of tier edge')
    const { deployment } = await fleet.promote({ externalEdges: [{ url: `${url}/` }] })
    const first = await told(fleet)
    expect(first).toEqual({ sequence: 1, deployment: deployment.id, edges: [place()] })

    const [declared] = (await edges().list.query({ group: fleet.group })).items
    expect(declared).toMatchObject({
      url,
      model: 'heavy',
      version: deployment.version,
      createdBy: 'the admin',
    })
    expect(await edges().revoke.mutate({ id: declared!.id })).toEqual({ revoked: true })
    expect(await edges().revoke.mutate({ id: declared!.id })).toEqual({ revoked: false })
    expect(await told(fleet)).toEqual({ sequence: 2, deployment: deployment.id, edges: [] })
    expect((await edges().list.query({ group: fleet.group })).items).toEqual([])
    expect((await edges().list.query({ group: fleet.group, all: true })).items).toHaveLength(1)

    const again = await edges().declare.mutate({ url, group: fleet.group })
    const twice = await edges().declare.mutate({ url, model: 'heavy', group: fleet.group })
    expect(twice.id).toBe(again.id)
    expect(await told(fleet)).toEqual({ sequence: 3, deployment: deployment.id, edges: [place()] })
  })

  test('keeps its deployment where the same is promoted with one server more, which is added', async () => {
    const fleet = await rig.fleet({ local: 1, edge: 0 })
    await using second = new PlainServer(HEAVY)
    const both = [{ url }, { url: await second.listen(), model: 'heavy' }]
    const policy = { edgeDeadlineMs: 700 }
    const first = await fleet.promote({ policy, externalEdges: both.slice(0, 1) })
    const again = await fleet.promote({ policy, externalEdges: both })
    expect(again.deployment.id).toBe(first.deployment.id)
    expect((await told(fleet)).edges.map((edge) => edge.url)).toEqual(both.map((edge) => edge.url))
    const other = fleet.promote({ policy, externalEdges: [{ url, model: 'another' }] })
    expect((await refusalOf(other)).message).toContain('GET /v2/models/another with status 404')
  })

  test('wakes the long poll of a device that waits', async () => {
    const fleet = await rig.fleet({ local: 1, edge: 0 })
    await fleet.promote({ externalEdges: [{ url }] })
    const { device } = fleet.of('local')[0]!
    const before = await device.send('/manifest')
    const waiting = device.send('/manifest?wait=30', {
      headers: { 'if-none-match': before.headers.get('etag')! },
    })
    const [declared] = (await edges().list.query({ group: fleet.group })).items
    await edges().revoke.mutate({ id: declared!.id })
    expect((await waiting).status).toBe(200)
  })

  test('completes a rollout by stages while the server counts, and is sent back when it is revoked', async () => {
    const fleet = await rig.fleet({ local: 2, edge: 0 })
    const round = async () => {
      for (const device of fleet.devices) await device.poll()
      await advanceRollouts(rig.control.ctx)
    }
    const good = await fleet.promote({ externalEdges: [{ url }], stages: [{ share: 0.5 }, {}] })
    await round()
    const view = await fleet.view(good.rollout.id)
    expect(view.stages[0]!.devices).toContainEqual(
      expect.objectContaining({ name: url, tier: 'edge', state: 'serving' }),
    )
    await round()
    await round()
    expect(await rig.state(good.rollout.id)).toBe('completed')
    expect(fleet.serving(good.deployment.id)).toBe(2)

    const bad = await fleet.promote({ externalEdges: [{ url }], stages: [{ timeoutS: 60 }] })
    const { items: declared } = await edges().list.query({ group: fleet.group })
    await edges().revoke.mutate({ id: declared.find((e) => e.deploymentId === bad.deployment.id)!.id })
    await rig.age(bad.rollout.id, 61)
    await round()
    const { state, reason } = await fleet.view(bad.rollout.id)
    expect([state, reason]).toEqual(['rolled-back', expect.stringContaining('edge devices')])
    await round()
    expect(fleet.serving(good.deployment.id)).toBe(2)
  })
})

test('a server counts for one deployment alone, beside the edge devices that run it', async () => {
  const fleet = await rig.fleet({ local: 1, edge: 1 })
  const first = await fleet.settle()
  await edges().declare.mutate({ url, group: fleet.group, deployment: String(first.version) })
  const own = { url: fleet.of('edge')[0]!.device.url }
  expect((await told(fleet)).edges).toEqual([own, place()])
  const second = await fleet.settle()
  expect(await told(fleet)).toMatchObject({ deployment: second.id, edges: [own] })
})

test('the names of its classes are for the local devices that are to ask it, and for no others', async () => {
  const { control } = rig
  const asking = await rig.fleet({ local: 1, edge: 0 })
  const usual = await rig.fleet({ local: 1, edge: 1 })
  const ids = [(await asking.promote({ externalEdges: [{ url }] })).deployment.id, (await usual.settle()).id]
  // The tiers' lists never differ where a data set has measured both; devices go by the deployment alone.
  const labels = await control.put(JSON.stringify(['rot', 'grün', 'blau']))
  await withoutTriggers(
    control.database.pool,
    `update deployments set document = jsonb_set(document, '{edge,labels,digest}', to_jsonb($2::text)) where id = any($1)`,
    [ids, labels],
  )
  const statusFor = async (fleet: SimulatedFleet) => {
    const local = fleet.of('local')[0]!
    await local.poll()
    return (await local.device.send(`/artifacts/${labels}`)).status
  }
  expect([await statusFor(asking), await statusFor(usual)]).toEqual([200, 404])
})

describe('a server that is no edge half of the deployment', () => {
  const MISFITS: [string, ReturnType<typeof tinyOf>, PlainOptions, string][] = [
    [
      'of another size',
      tinyOf({ side: 16 }),
      {},
      'its input "image" is FP32 [-1,3,16,16], expected FP32 [1,3,12,12]',
    ],
    [
      'of another layout',
      tinyOf({ side: 12, layout: 'nhwc' }),
      {},
      'is FP32 [-1,12,12,3], expected FP32 [1,3,12,12]',
    ],
    [
      'of another type',
      tinyOf({ side: 12, dtype: 'uint8' }),
      {},
      'is UINT8 [-1,3,12,12], expected FP32 [1,3,12,12]',
    ],
    [
      'with more classes',
      tinyOf({ side: 12 }, [...TINY_LABELS, 'grey']),
      {},
      '"scores_out" has 4 classes, expected 3',
    ],
    [
      'that takes several images',
      HEAVY,
      { imageShape: [-1, 4] },
      'is BYTES [-1,4], expected one encoded image',
    ],
  ]
  test.each(MISFITS)('%s is refused with what differs', async (_, model, options, what) => {
    await using other = new PlainServer(model, options)
    const { code, message } = await refusalOf(edges().declare.mutate({ url: await other.listen() }))
    expect(code).toBe('BAD_REQUEST')
    expect(message).toContain('is not the edge model "heavy"')
    expect(message).toContain(what)
  })

  test('is refused with all that differs at once, also by a promotion, which leaves nothing', async () => {
    const fleet = await rig.fleet({ local: 1, edge: 0 })
    await using other = new PlainServer(tinyOf({ side: 8 }, ['one', 'two']))
    const { message } = await refusalOf(fleet.promote({ externalEdges: [{ url: await other.listen() }] }))
    expect(message).toMatch(/\[-1,3,8,8\].*; .*has 2 classes/)
    expect(await fleet.current()).toBeUndefined()
  })

  const ANSWERS: [string, (response: ServerResponse) => void, RegExp][] = [
    ['redirects', (r) => r.writeHead(302, { location: `${url}/v2` }).end(), /status 302, expected 200/],
    ['asks for a key', (r) => r.writeHead(401).end(), /status 401, expected 200/],
    ['is a web page', (r) => r.end('<html>it works!</html>'), /describes no model of the protocol/],
    ['sends without end', flood, /over 524288 bytes/],
    ['hangs up', (r) => r.destroy(), /cannot be reached/],
  ]
  test.each(ANSWERS)('because it %s is refused', async (_, answer, words) => {
    await using other = await stranger(answer)
    const { message } = await refusalOf(edges().declare.mutate({ url: other.url }))
    expect(message).toMatch(words)
  })

  test('because nobody listens or the model is unknown there is refused', async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`
    expect((await refusalOf(edges().declare.mutate({ url: nobody }))).message).toContain('cannot be reached')
    const { message } = await refusalOf(edges().declare.mutate({ url, model: 'a/b' }))
    expect(message).toContain('GET /v2/models/a%2Fb with status 404')
  })

  test.each([
    'file:///etc/passwd',
    'ftp://host',
    'http://user:secret@host',
    'http://host/?q=1',
    'no address',
  ])('because its address is "%s" is refused unasked', async (address) => {
    const { code, fields } = await refusalOf(edges().declare.mutate({ url: address }))
    expect([code, fields?.[0]?.path]).toEqual(['BAD_REQUEST', 'url'])
  })
})

test('only admins declare; operators revoke; both leave a line in the audit log', async () => {
  const fleet = await rig.fleet({ local: 1, edge: 0 })
  const operator = rig.control.as(rig.control.keys.operator)
  await using other = await stranger((r) => r.end('{}'))
  const externalEdges = [{ url: other.url }]
  for (const call of [
    operator.edges.declare.mutate({ url: other.url }),
    operator.rollouts.promote.mutate({ router: rig.router, group: fleet.group, externalEdges }),
  ])
    expect(await refusalOf(call)).toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('expected admin'),
    })
  expect(other.asked).toEqual([])
  await fleet.promote({ externalEdges: [{ url }] })
  const [declared] = (await edges().list.query({ group: fleet.group })).items
  expect(await operator.edges.revoke.mutate({ id: declared!.id })).toEqual({ revoked: true })
  const { items: lines } = await rig.control.admin.audit.list.query({ limit: 20 })
  expect(lines).toContainEqual(expect.objectContaining({ action: 'edges.revoke', outcome: 'ok' }))
  expect(lines).toContainEqual(expect.objectContaining({ action: 'edges.declare', outcome: 'FORBIDDEN' }))
})

/** A server that answers everything alike, and keeps what it was asked. */
async function stranger(answer: (response: ServerResponse) => void) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url!)
    answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function flood(response: ServerResponse): void {
  const more = () => {
    while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, ' ')));
  }
  response.on('drain', more)
  more()
}

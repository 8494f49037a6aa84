// A front door that is locked: TLS, API keys, and both files changed while it serves.

import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import path from 'node:path'
import { connect as secureConnect } from 'node:tls'
import { pino } from 'pino'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ClassifyFailed, classify } from '#admin/client/classify.ts'
import { ErrorBody } from '#contract/classify.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { until } from '#test/harness/until.ts'
import { readDeviceConfig } from '#workers/config.ts'
import { type DoorFiles, doorFiles } from '#workers/front-door/door-files.ts'
import { threadHost } from '#workers/host/thread-host.ts'
import { Offload } from '#workers/serve/offload/offload.ts'
import { OWN_REQUEST } from '#workers/serve/request-context.ts'
import { redPng } from '../serve/bad-images.ts'
import { FIRST, type Pair, SECOND } from './certificates.ts'
import { frontDoorRig } from './front-door-rig.ts'

const sha256 = (key: string) => createHash('sha256').update(key).digest('hex')

let folder: TempFolder
let red: Buffer
beforeAll(async () => {
  folder = await tempFolder('locks')
  red = await redPng()
})
afterAll(() => folder[Symbol.asyncDispose]())

const file = (name: string) => path.join(folder.path, name)
const log = pino({ level: 'silent' })
const LOOK_EVERY_MS = 50

const keyFile = async (text: string) => {
  await writeFile(file('keys'), text)
  return doorFiles({ tls: undefined, apiKeysFile: file('keys') }, log, LOOK_EVERY_MS)
}

describe('a front door with API keys', () => {
  const KEYS = `# of the cameras\n${sha256('first')} north camera\n\n${sha256('second').toUpperCase()}\n`
  const ask = (url: string, headers: Record<string, string>) =>
    fetch(`${url}/v1/classify`, { method: 'POST', body: red, headers })

  let files: DoorFiles
  beforeEach(async () => {
    files = await keyFile(KEYS)
    return () => files[Symbol.dispose]()
  })
  const locked = () => frontDoorRig({ host: threadHost(), ports: { apiKeys: files.apiKeys! } })

  test('opens for those who have one, and tells the others why not', async () => {
    await using rig = await locked()
    await rig.install()
    const statuses: [Record<string, string>, number][] = [
      [{ authorization: 'Bearer first' }, 200],
      [{ authorization: 'bearer second' }, 200],
      [{ 'x-api-key': 'second' }, 200],
      [{}, 401],
      [{ authorization: 'Bearer third' }, 401],
      [{ authorization: 'Basic Zmlyc3Q=' }, 401],
      [{ 'x-api-key': '' }, 401],
      [{ 'x-api-key': sha256('first') }, 401],
    ]
    for (const [headers, status] of statuses) {
      const response = await ask(rig.url, headers)
      expect({ headers, status: response.status }).toEqual({ headers, status })
      if (status === 200) continue
      expect(response.headers.get('www-authenticate')).toBe('Bearer')
      expect(ErrorBody.parse(await response.json()).error.code).toBe('unauthorised')
    }
    for (const open of ['/healthz', '/readyz']) expect((await fetch(rig.url + open)).status).toBe(200)
    // Not even what there is.
    for (const closed of ['/v1/openapi.json', '/nowhere'])
      expect((await fetch(rig.url + closed)).status).toBe(401)
    expect(rig.log.join('')).not.toMatch(/first|second|third/)
  })

  test('takes keys that are added and refuses those that are gone, and keeps what it has of a broken file', async () => {
    await using rig = await locked()
    await rig.install()
    const status = async (key: string) => (await ask(rig.url, { 'x-api-key': key })).status
    await writeFile(file('keys'), `${sha256('third')}\n`)
    await until('the new key opens', async () => (await status('third')) === 200)
    expect(await status('first')).toBe(401)
    await writeFile(file('keys'), `${sha256('third')}\nnot a key\n`)
    await new Promise((resolve) => setTimeout(resolve, 4 * LOOK_EVERY_MS))
    expect(await status('third')).toBe(200)
  })

  test('opens for the local tier and for the client, who have one', async () => {
    await using edge = await frontDoorRig({
      host: threadHost(),
      tier: 'edge',
      ports: { apiKeys: files.apiKeys! },
    })
    const deployment = await edge.install()
    const served = { bytes: red, context: { ...OWN_REQUEST, preference: 'accuracy' as const } }
    for (const [apiKey, isOk] of [
      ['first', true],
      [undefined, false],
    ] as const) {
      await using offload = new Offload()
      offload.retarget([{ deviceId: 'e', url: edge.url, connectMs: 1_000, apiKey } as never])
      expect(await offload.portFor(deployment).offload(served, 1)).toMatchObject({ ok: isOk })
    }
    expect(await classify(red, { url: edge.url, apiKey: 'second' })).toMatchObject({ tier: 'edge' })
    const refused = classify(red, { url: edge.url, apiKey: 'third' })
    await expect(refused).rejects.toThrow(ClassifyFailed)
    await expect(refused).rejects.toMatchObject({ code: 'unauthorised', status: 401 })
  })

  test('does not open at all where the file is not one of keys', async () => {
    await expect(keyFile('secret\n')).rejects.toThrow(/keys:1": is not a SHA-256/)
    expect(() => doorFiles({ tls: undefined, apiKeysFile: file('none') }, log)).toThrow(/ENOENT/)
  })
})

describe('a front door with TLS', () => {
  const tls = { certFile: '', keyFile: '' }
  const write = async (pair: Pair) => {
    tls.certFile = file('cert.pem')
    tls.keyFile = file('key.pem')
    await writeFile(tls.keyFile, pair.key)
    await writeFile(tls.certFile, pair.cert)
  }
  const ask = async (url: string, ca: string) => {
    const dispatcher = new Agent({ connect: { ca } })
    try {
      const response = await request(`${url}/v1/classify`, { method: 'POST', body: red, dispatcher })
      await response.body.dump()
      return response.statusCode
    } catch (error) {
      return (error as NodeJS.ErrnoException).code
    } finally {
      await dispatcher.close()
    }
  }

  test('serves under its certificate, and under a renewed one without a restart', async () => {
    await write(FIRST)
    using files = doorFiles({ tls, apiKeysFile: undefined }, log, LOOK_EVERY_MS)
    await using rig = await frontDoorRig({ host: threadHost(), place: { tls: files.tls } })
    await rig.install()
    expect(rig.url).toMatch(/^https:/)
    expect(await ask(rig.url, FIRST.cert)).toBe(200)
    expect(await ask(rig.url, SECOND.cert)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
    await write(SECOND)
    await until('the new certificate is used', async () => (await ask(rig.url, SECOND.cert)) === 200)
    expect(await ask(rig.url, FIRST.cert)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
  })

  test('does not open where certificate and key do not fit', async () => {
    await write({ cert: FIRST.cert, key: SECOND.key })
    expect(() => doorFiles({ tls, apiKeysFile: undefined }, log)).toThrow(/does not fit its key/)
    expect(() => readDeviceConfig('local', { TANDEM_TLS_CERT: 'cert.pem' })).toThrow(
      /"TANDEM_TLS_KEY": is missing/,
    )
  })

  test('lets go of who never shakes hands, and of who is slow after that', async () => {
    await write(FIRST)
    using files = doorFiles({ tls, apiKeysFile: undefined }, log)
    const limits = { headersMaxMs: 300, idleMaxMs: 300, lookEveryMs: 50 }
    await using rig = await frontDoorRig({ host: threadHost(), place: { tls: files.tls, limits } })
    await rig.install()
    const port = Number(new URL(rig.url).port)
    const gone = (socket: Socket) =>
      new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve))
    const silent = connect(port, '127.0.0.1')
    const slow = secureConnect({ port, host: '127.0.0.1', ca: FIRST.cert })
    slow.write('GET /healthz HTTP/1.1\r\nhost: x\r\n')
    slow.resume()
    silent.resume()
    await Promise.all([gone(silent), gone(slow)])
    expect(await ask(rig.url, FIRST.cert)).toBe(200)
  })
})

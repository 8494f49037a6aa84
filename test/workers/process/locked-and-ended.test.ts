// Real worker processes behind TLS, and how they end: a fleet that speaks HTTPS among itself, a certificate that is
// renewed while it serves, and SIGTERM as systemd sends it, with a request in flight.

import { readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ClassifyAnswer, Readiness } from '#contract/classify.ts'
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { until } from '#test/harness/until.ts'
import { FIRST, type Pair, SECOND } from '../front-door/certificates.ts'
import { type ObservedFleet, observedFleet } from '../observe/observed-fleet.ts'

const CA = [FIRST.cert, SECOND.cert]

let database: TestDatabase
let folder: TempFolder
let observed: ObservedFleet
const agent = new Agent({ connect: { ca: CA } })

const file = (name: string) => path.join(folder.path, name)
/** As who renews certificates does it: whole files, one after the other. */
async function install(pair: Pair): Promise<void> {
  for (const kind of ['cert', 'key'] as const) {
    await writeFile(file(`${kind}.new`), pair[kind])
    await rename(file(`${kind}.new`), file(kind))
  }
}

beforeAll(async () => {
  folder = await tempFolder('locked')
  database = await createTestDatabase()
  await install(FIRST)
  await writeFile(file('ca'), CA.join(''))
  observed = await observedFleet(database.url, {
    TANDEM_TLS_CERT: file('cert'),
    TANDEM_TLS_KEY: file('key'),
    NODE_EXTRA_CA_CERTS: file('ca'),
    TANDEM_DRAIN_SECONDS: '2',
  })
  await observed.promote({})
}, 180_000)
afterAll(async () => {
  await agent.close()
  await observed?.[Symbol.asyncDispose]()
  await database?.drop()
  await folder?.[Symbol.asyncDispose]()
})

const urlOf = (name: 'pi' | 'tx2') => observed.fleet.url(name)
const ask = (query = '') =>
  request(`${urlOf('pi')}/v1/classify${query}`, {
    method: 'POST',
    body: observed.images[0]!,
    dispatcher: agent,
  })

/** A connection of its own. */
async function open(name: 'pi' | 'tx2'): Promise<TLSSocket> {
  const { hostname, port } = new URL(urlOf(name))
  const socket = connect({ host: hostname, port: Number(port), ca: CA })
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve).once('error', reject)
  })
  return socket
}

async function serialOf(name: 'pi' | 'tx2'): Promise<string> {
  const socket = await open(name)
  const { serialNumber } = socket.getPeerCertificate()
  socket.destroy()
  return serialNumber
}

test('both workers serve over TLS alone, and the local one asks its edge over it', async () => {
  expect([urlOf('pi'), urlOf('tx2')].map((url) => new URL(url).protocol)).toEqual(['https:', 'https:'])
  const { statusCode, body } = await ask('?preference=accuracy')
  expect(statusCode).toBe(200)
  expect(ClassifyAnswer.parse(await body.json())).toMatchObject({ tier: 'edge', byFallback: false })
  const plain = fetch(urlOf('pi').replace('https:', 'http:'))
  await expect(plain).rejects.toThrow('fetch failed')
})

test('a renewed certificate is used without a restart, a broken one is not', async () => {
  const [before, pid] = [await serialOf('pi'), observed.fleet.process('pi').pid]
  await install(SECOND)
  await until('new connections get it', async () => (await serialOf('pi')) !== before, 30_000)
  const renewed = await serialOf('pi')
  await writeFile(file('cert'), 'no certificate')
  await until(
    'it is told',
    () => observed.fleet.process('pi').output.includes('cannot be read again'),
    30_000,
  )
  expect(await serialOf('pi')).toBe(renewed)
  expect((await ask('?preference=local-only')).statusCode).toBe(200)
  expect(observed.fleet.process('pi').pid).toBe(pid)
})

/** The worker and all that it has started: systemd's `KillMode=control-group` means everybody. */
async function family(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  const pids = children.trim().split(' ').filter(Boolean).map(Number)
  return [pid, ...(await Promise.all(pids.map(family))).flat()]
}

test.each(['tx2', 'pi'] as const)(
  'SIGTERM to all processes of %s: the request in flight is answered',
  async (name) => {
    const worker = observed.fleet.process(name)
    const image = observed.images[1]!
    const socket = await open(name)
    let heard = ''
    socket.on('data', (chunk) => {
      heard += chunk
    })
    const half = image.length >> 1
    socket.write(
      `POST /v1/classify HTTP/1.1\r\nhost: x\r\ncontent-length: ${image.length}\r\nexpect: 100-continue\r\n\r\n`,
    )
    // What has not begun is not in flight.
    await until('its headers are read', () => heard.includes('100 Continue'))
    socket.write(image.subarray(0, half))
    for (const pid of await family(worker.pid)) process.kill(pid, 'SIGTERM')
    const readiness = async () => {
      const { statusCode, body } = await request(`${urlOf(name)}/readyz`, { dispatcher: agent })
      return statusCode === 503 && Readiness.parse(await body.json())
    }
    expect(await until('it says that it ends', readiness)).toMatchObject({ draining: true })
    const isRefused = () =>
      open(name).then(
        (other) => other.destroy() && false,
        (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
      )
    await until('it takes nobody in any more', isRefused)
    socket.write(image.subarray(half))
    await until('it answers', () => heard.includes('"labels"'))
    expect(heard).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n/)
    expect(await worker.ended).toBe(0)
  },
)

test('nobody and nothing is left behind', async () => {
  expect(await observed.fleet.stop()).toMatchObject({ control: 0 })
  await until('all are gone', async () => (await observed.fleet.leftovers()).length === 0)
})

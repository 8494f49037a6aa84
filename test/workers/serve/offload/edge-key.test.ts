// The key for edges reaches the hosts that it is meant for and no other, whatever the edges speak and wherever they send
// a device.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { readDeviceConfig } from '#workers/config.ts'
import { Offload } from '#workers/serve/offload/offload.ts'
import { OWN_REQUEST } from '#workers/serve/request-context.ts'
import { edgeModelRef } from './edge-model-ref.ts'

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]()
})

/** What it was asked with, by path; it sends everybody to `elsewhere`. */
async function listener(elsewhere?: string) {
  const keys: (string | undefined)[] = []
  const server = createServer((request, response) => {
    keys.push(request.headers.authorization)
    if (elsewhere === undefined) response.writeHead(401).end()
    else response.writeHead(307, { location: elsewhere }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, keys }
}

async function ask(env: Record<string, string>, edge: { url: string; protocol?: 'oip-v2' }): Promise<void> {
  const offload = new Offload({ edgeKey: readDeviceConfig('local', env).edgeKey })
  open.push(offload)
  offload.retarget([{ ...edge, connectMs: 1_000 }])
  const policy = { edgeDeadlineMs: 2_000, edgeConnectMs: 1_000 }
  const port = offload.portFor({ id: 'dep-1', edge: edgeModelRef, policy })
  const context = { ...OWN_REQUEST, preference: 'accuracy' } as const
  expect((await port.offload({ bytes: Buffer.from('x'), context }, 1)).ok).toBe(false)
}

const KEY = 'Bearer secret'
const env = { TANDEM_EDGE_API_KEY: 'secret' }
const isSame = (keys: readonly (string | undefined)[]) => [...new Set(keys)]

test('meant for no host by name it goes to this platform’s own edges alone', async () => {
  const [own, foreign] = [await listener(), await listener()]
  await ask(env, { url: own.url })
  await ask(env, { url: foreign.url, protocol: 'oip-v2' })
  expect([isSame(own.keys), isSame(foreign.keys)]).toEqual([[KEY], [undefined]])
})

test('meant for hosts by name it goes to these alone, whatever they speak', async () => {
  const [meant, foreign, own] = [await listener(), await listener(), await listener()]
  const bound = { ...env, TANDEM_EDGE_API_KEY_FOR: ` ${meant.url}/v2 , https://other.test` }
  await ask(bound, { url: `${meant.url}/serving`, protocol: 'oip-v2' })
  await ask(bound, { url: meant.url })
  await ask(bound, { url: foreign.url, protocol: 'oip-v2' })
  await ask(bound, { url: own.url })
  expect([meant, foreign, own].map(({ keys }) => isSame(keys))).toEqual([[KEY], [undefined], [undefined]])
})

test('an edge that sends the device on does not get it there', async () => {
  const other = await listener()
  const meant = await listener(other.url)
  await ask({ ...env, TANDEM_EDGE_API_KEY_FOR: meant.url }, { url: meant.url, protocol: 'oip-v2' })
  await ask(env, { url: meant.url })
  expect([isSame(meant.keys), other.keys]).toEqual([[KEY], []])
})

test.each([
  [{ TANDEM_EDGE_API_KEY_FOR: 'http://a.test' }, 'TANDEM_EDGE_API_KEY"'],
  [{ ...env, TANDEM_EDGE_API_KEY_FOR: 'a.test' }, 'TANDEM_EDGE_API_KEY_FOR"'],
  [{ ...env, TANDEM_EDGE_API_KEY_FOR: ' , ' }, 'TANDEM_EDGE_API_KEY_FOR"'],
])('settings that bind it to nothing are refused: %j', (settings, words) => {
  expect(() => readDeviceConfig('local', settings)).toThrow(words)
})

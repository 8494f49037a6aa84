// Artifacts over a line that breaks, lies or refuses: what is in the store afterwards is whole, or not there.

import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ArtifactRef } from '#contract/digest.ts'
import { ArtifactStore } from '#platform/artifact-store.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import { controlClient } from '#workers/agent/control-client.ts'
import { download } from '#workers/agent/download.ts'
import { ArtifactServer, FAULTS, type Fault } from './artifact-server.ts'

const CONTENT = 'the weights of a model, more or less '.repeat(5_000)

/** A store of its own for each test, so that they can wait for their retries side by side. */
async function makeRig() {
  const folder = await tempFolder('download')
  const server = await new ArtifactServer().start()
  const store = new ArtifactStore(folder.path)
  const client = controlClient(server.url, async () => 'token')
  return {
    server,
    store,
    get: (refs: readonly ArtifactRef[], signal = new AbortController().signal) =>
      download({ client, store, signal }, refs),
    leftovers: () => readdir(path.join(folder.path, 'tmp')).catch(() => []),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

describe.concurrent('download()', () => {
  test.each([
    ['bytes of another digest', FAULTS.wrongBytes],
    ['more bytes than the manifest says', FAULTS.tooLong],
    ['a connection cut in the middle', FAULTS.cutInTheMiddle],
    ['an answer that ends early', FAULTS.endsEarly],
    ['a control plane that fails', FAULTS.broken],
  ] satisfies [string, Fault][])('tries again after %s, and then has it whole', async (_name, fault) => {
    await using rig = await makeRig()
    const { server, store, get, leftovers } = rig
    const ref = server.add(CONTENT, [fault])
    await get([ref])
    expect((await store.readVerified(ref.digest)).toString()).toBe(CONTENT)
    expect(server.asked).toHaveLength(2)
    expect(await leftovers()).toEqual([])
  })

  test.each([
    ['does not have it', FAULTS.refused, 'refused'],
    ['does not trust this device', FAULTS.unauthorised, 'unauthorised'],
  ] as const)('gives up at once where the control plane %s', async (_name, fault, code) => {
    await using rig = await makeRig()
    const { server, store, get } = rig
    const ref = server.add(CONTENT, [fault])
    await expect(get([ref])).rejects.toMatchObject({ name: 'ControlError', code })
    expect(server.asked).toHaveLength(1)
    expect(await store.has(ref)).toBe(false)
  })

  test('asks for nothing that is there', async () => {
    await using rig = await makeRig()
    const { server, get } = rig
    const ref = server.add(CONTENT)
    await get([ref])
    await get([ref])
    expect(server.asked).toHaveLength(1)
  })

  test('fetches many, a few at a time', async () => {
    await using rig = await makeRig()
    const { server, store, get } = rig
    const refs = Array.from({ length: 30 }, (_, i) => server.add(`${i} ${CONTENT}`))
    await get(refs)
    for (const ref of refs) expect(await store.has(ref)).toBe(true)
    expect(server.inFlightMost).toBeLessThanOrEqual(4)
  })

  test('stops when told, also while it waits to try again', async () => {
    await using rig = await makeRig()
    const { server, get } = rig
    const stop = new AbortController()
    const endless: Fault[] = Array.from({ length: 9 }, () => (response, bytes) => {
      FAULTS.broken(response)
      if (server.asked.length === 2) stop.abort()
      return bytes
    })
    const ref = server.add(CONTENT, endless)
    await expect(get([ref], stop.signal)).rejects.toThrow()
    expect(server.asked).toHaveLength(2)
  })
})

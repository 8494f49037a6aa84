// Artifacts over a line that breaks, lies or refuses: what is in the store afterwards is whole, or not there.

import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ArtifactRef } from '#contract/digest.ts'
import { ArtifactStore } from '#platform/artifact-store.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { controlClient } from '#workers/agent/control-client.ts'
import { download } from '#workers/agent/download.ts'
import { ArtifactServer, FAULTS, type Fault } from './artifact-server.ts'

const CONTENT = 'the weights of a model, more or less '.repeat(5_000)

let folder: TempFolder
let server: ArtifactServer
let store: ArtifactStore
beforeEach(async () => {
  folder = await tempFolder('download')
  server = await new ArtifactServer().start()
  store = new ArtifactStore(folder.path)
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const get = (refs: readonly ArtifactRef[], signal = new AbortController().signal) =>
  download({ client: controlClient(server.url, async () => 'token'), store, signal }, refs)
const leftovers = () => readdir(path.join(folder.path, 'tmp')).catch(() => [])

describe('download()', () => {
  test.each([
    ['bytes of another digest', FAULTS.wrongBytes],
    ['more bytes than the manifest says', FAULTS.tooLong],
    ['a connection cut in the middle', FAULTS.cutInTheMiddle],
    ['an answer that ends early', FAULTS.endsEarly],
    ['a control plane that fails', FAULTS.broken],
  ] satisfies [string, Fault][])('tries again after %s, and then has it whole', async (_name, fault) => {
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
    const ref = server.add(CONTENT, [fault])
    await expect(get([ref])).rejects.toMatchObject({ name: 'ControlError', code })
    expect(server.asked).toHaveLength(1)
    expect(await store.has(ref)).toBe(false)
  })

  test('asks for nothing that is there', async () => {
    const ref = server.add(CONTENT)
    await get([ref])
    await get([ref])
    expect(server.asked).toHaveLength(1)
  })

  test('fetches many, a few at a time', async () => {
    const refs = Array.from({ length: 30 }, (_, i) => server.add(`${i} ${CONTENT}`))
    await get(refs)
    for (const ref of refs) expect(await store.has(ref)).toBe(true)
    expect(server.inFlightMost).toBeLessThanOrEqual(4)
  })

  test('stops when told, also while it waits to try again', async () => {
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

  test('gives up in the end on a line that never gets better', { timeout: 40_000 }, async () => {
    const ref = server.add('short', Array(9).fill(FAULTS.wrongBytes))
    await expect(get([ref])).rejects.toMatchObject({ code: 'digest-mismatch' })
    expect(server.asked).toHaveLength(5)
    expect(await store.has(ref)).toBe(false)
  })
})

// What a thread does not isolate, shown by functions that use it: why its driver is for trusted functions alone.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { threadHost } from '#workers/host/thread-host.ts'
import { watchFunction } from '#workers/host/watch/watchdog.ts'
import { conformance } from './conformance.ts'
import { EventLog } from './event-log.ts'
import { answering } from './functions.ts'
import { importing, isolation, reaching } from './isolation.ts'
import { makeRig, REQUEST, type Rig } from './rig.ts'

conformance(threadHost())
isolation(threadHost(), ['network', 'files', 'late throw'])

describe('a thread isolates less than workerd, for trusted functions only:', () => {
  let rig: Rig
  beforeEach(async () => {
    rig = await makeRig()
  })
  afterEach(() => rig[Symbol.asyncDispose]())

  test('a function reaches the network', async () => {
    const { got, hits } = await reaching(threadHost(), rig)
    expect(got[0]).toBe(200)
    expect(hits).toBeGreaterThan(0)
  })

  test('a function has the file system, processes and threads', async () => {
    const names = ['node:fs', 'node:child_process', 'node:worker_threads']
    const running = await threadHost().start(rig.spec(importing(names)))
    expect(await running.classify(rig.image(1), REQUEST)).toEqual(names)
    await running[Symbol.asyncDispose]()
  })

  test('an exception in a timer ends it, and the watchdog starts it again', async () => {
    const events = new EventLog()
    const code = answering("setTimeout(() => { throw new Error('late') }); return Response.json('fine')")
    const watched = await watchFunction(threadHost(), rig.spec(code), { onEvent: events.add })
    await watched.classify(rig.image(1), REQUEST, String).catch(() => 'it may be faster')
    expect((await events.first('died')).reason).toBe('Error: late')
    await events.first('restarted')
    await watched[Symbol.asyncDispose]()
  })
})

// A workerd that an earlier run left behind is ended at the next start, and never a stranger with its number.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { workerdFiles } from '#workers/host/workerd/workerd-config.ts'
import { workerdHost } from '#workers/host/workerd/workerd-host.ts'
import { sweepStale } from '#workers/host/workerd/workerd-sweep.ts'
import { HONEST } from './functions.ts'
import { makeRig, type Rig } from './rig.ts'

describe('sweepStale()', () => {
  let rig: Rig
  beforeEach(async () => {
    rig = await makeRig()
  })
  afterEach(() => rig[Symbol.asyncDispose]())

  test('ends the workerd that an earlier run has left, and its files', async () => {
    const { folder } = rig.spec('')
    const left = await workerdHost().start(rig.spec(HONEST))
    expect(await sweepStale(folder)).toBe(true)
    expect(await left.exited).toBe('ended by SIGKILL')
    expect(Object.values(workerdFiles(folder)).filter((file) => existsSync(file))).toEqual([])
    expect(await sweepStale(folder)).toBe(false)
  })

  test('a start in the same folder sweeps first', async () => {
    const left = await workerdHost().start(rig.spec(HONEST))
    const next = await workerdHost().start(rig.spec(HONEST))
    expect(await left.exited).toBe('ended by SIGKILL')
    expect(await next.ping(1_000)).toBe(true)
    await next[Symbol.asyncDispose]()
  })

  test('leaves a stranger alone who has the number now', async () => {
    const { folder } = rig.spec('')
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'])
    await mkdir(folder)
    await writeFile(workerdFiles(folder).pid, String(stranger.pid))
    expect(await sweepStale(folder)).toBe(false)
    expect(stranger.exitCode).toBeNull()
    stranger.kill()
    expect((await once(stranger, 'exit'))[1]).toBe('SIGTERM')
  })
})

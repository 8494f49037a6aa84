import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FunctionHost, RunningFunction } from '#workers/host/function-host.ts'
import { watchFunction } from '#workers/host/watchdog.ts'
import { workerdHost } from '#workers/host/workerd/workerd-host.ts'
import { EventLog } from './event-log.ts'
import { MOODY, SYNTAX_ERROR } from './functions.ts'
import { makeRig, REQUEST, type Rig } from './rig.ts'

const quick = { pingEveryMs: 50, pingMaxMs: 200 }

describe('watchFunction()', () => {
  let rig: Rig
  beforeEach(async () => {
    rig = await makeRig()
  })
  afterEach(() => rig[Symbol.asyncDispose]())

  test('a function that hoards memory outside the heap is killed and restarted', async () => {
    const events = new EventLog()
    const watched = await watchFunction(workerdHost(), rig.spec(MOODY), {
      onEvent: events.add,
      limits: quick,
    })
    await watched.classify(rig.image(1), { ...REQUEST, lot: 0.7 }).catch(() => 'killed at work')
    expect((await events.first('died')).reason).toMatch(/^uses \d+ MB, expected at most 200 MB$/)
    await events.first('restarted')
    expect(await watched.classify(rig.image(1), REQUEST)).toBe('fine')
    await watched[Symbol.asyncDispose]()
  })

  test('a process that is killed from outside is restarted', async () => {
    const events = new EventLog()
    const host = remembering(workerdHost())
    const watched = await watchFunction(host, rig.spec(MOODY), { onEvent: events.add, limits: quick })
    process.kill(host.started[0]!.pid!, 'SIGKILL')
    expect((await events.first('died')).reason).toBe('ended by SIGKILL')
    await events.first('restarted')
    expect(host.started).toHaveLength(2)
    expect(await watched.classify(rig.image(1), REQUEST)).toBe('fine')
    await watched[Symbol.asyncDispose]()
  })

  test('rejects where the first start fails, and leaves nothing behind', async () => {
    const starting = watchFunction(workerdHost(), rig.spec(SYNTAX_ERROR))
    await expect(starting).rejects.toMatchObject({ code: 'does-not-start' })
  })

  test('is down while restarts fail, refuses at once, waits longer each time, and stops when told', async () => {
    const events = new EventLog()
    const host = startingOnce()
    const limits = { ...quick, backoffFirstMs: 1, backoffMaxMs: 4 }
    let failures = 0
    let sawThree = () => {}
    const three = new Promise<void>((resolve) => {
      sawThree = resolve
    })
    const onEvent: typeof events.add = (event) => {
      events.add(event)
      if (event.kind === 'restart-failed' && ++failures === 3) sawThree()
    }
    const watched = await watchFunction(host, rig.spec(''), { onEvent, limits })
    expect(watched.state).toBe('healthy')
    host.die('tripped')
    expect((await events.first('died')).reason).toBe('tripped')
    await three
    expect(watched.state).toBe('down')
    await expect(watched.classify('', REQUEST)).rejects.toMatchObject({ code: 'down' })
    await watched[Symbol.asyncDispose]()
  })

  test('a function that is slow without burning CPU is left alone', async () => {
    const events = new EventLog()
    const host = startingOnce({ responds: false })
    const limits = { ...quick, pingEveryMs: 1, stuckCpuMaxMs: 5 }
    const watched = await watchFunction(host, rig.spec(''), { onEvent: events.add, limits })
    while (host.pings < 20) await delay(1)
    expect(watched.state).toBe('healthy')
    await watched[Symbol.asyncDispose]()
  })
})

function remembering(host: FunctionHost): FunctionHost & { started: RunningFunction[] } {
  const started: RunningFunction[] = []
  return {
    driver: host.driver,
    started,
    async start(spec) {
      const running = await host.start(spec)
      started.push(running)
      return running
    },
  }
}

/** A fake whose second start fails: the fault is injected at the port. */
function startingOnce({ responds = true } = {}) {
  let resolveExited: (reason: string) => void = () => {}
  const fake = {
    driver: 'thread' as const,
    pings: 0,
    starts: 0,
    die: (reason: string) => resolveExited(reason),
    async start(): Promise<RunningFunction> {
      if (fake.starts++ > 0) throw new Error('no second life')
      return {
        driver: 'thread',
        pid: undefined,
        classify: async () => 'fine',
        ping: async () => {
          fake.pings++
          return responds
        },
        usage: () => ({ activeMs: 42, rssBytes: undefined }),
        kill: fake.die,
        exited: new Promise((resolve) => {
          resolveExited = resolve
        }),
        async [Symbol.asyncDispose]() {},
      }
    },
  }
  return fake
}

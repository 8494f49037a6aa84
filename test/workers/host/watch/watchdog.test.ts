// Real functions in real workerd that hoard, die, hang or do not start are killed and restarted, wait longer each time, and
// are given up; a slow one is left alone.

import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { until } from '#test/harness/until.ts'
import type { FunctionHost, RunningFunction } from '#workers/host/function-host.ts'
import { type WatchdogEvent, watchFunction } from '#workers/host/watch/watchdog.ts'
import { workerdHost } from '#workers/host/workerd/workerd-host.ts'
import { asIs, EventLog } from '../event-log.ts'
import { MOODY, SYNTAX_ERROR } from '../functions.ts'
import { makeRig, REQUEST, type Rig } from '../rig.ts'

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
    await watched.classify(rig.image(1), { ...REQUEST, lot: 0.7 }, asIs).catch(() => 'killed at work')
    expect((await events.first('died')).reason).toMatch(/^uses \d+ MB, expected at most 200 MB$/)
    await events.first('restarted')
    expect(await watched.classify(rig.image(1), REQUEST, asIs)).toBe('fine')
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
    expect(await watched.classify(rig.image(1), REQUEST, asIs)).toBe('fine')
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
    expect(watched.health.state).toBe('healthy')
    host.die('tripped')
    expect((await events.first('died')).reason).toBe('tripped')
    await three
    expect(watched.health.state).toBe('down')
    await expect(watched.classify('', REQUEST, asIs)).rejects.toMatchObject({ code: 'down' })
    await watched[Symbol.asyncDispose]()
  })

  test('is given up once, after so many deaths, failed starts among them, and is tried again all the same', async () => {
    const host = startingOnce()
    const limits = { ...quick, backoffFirstMs: 1, backoffMaxMs: 1, backoffFailedMs: 1, deathsMax: 3 }
    const kinds: string[] = []
    const onEvent = ({ kind }: WatchdogEvent) => kinds.push(kind)
    const watched = await watchFunction(host, rig.spec(''), { onEvent, limits })
    host.die('tripped')
    await until('it was tried often', () => host.starts > 6)
    expect(kinds.slice(0, 5)).toEqual([
      'died',
      'restart-failed',
      'restart-failed',
      'failed',
      'restart-failed',
    ])
    expect(kinds.filter((kind) => kind === 'failed')).toHaveLength(1)
    expect(watched.health).toMatchObject({ state: 'down', hasFailed: true, lastReason: 'no second life' })
    await watched[Symbol.asyncDispose]()
  })

  test('one request at a time finds out whether a function answers that has made somebody wait in vain', async () => {
    const host = startingOnce()
    const watched = await watchFunction(host, rig.spec(''), { limits: { ...quick, idleMaxMs: 50 } })
    const ask = (handle: string) => watched.classify(handle, REQUEST, asIs).catch((error) => error.code)
    host.isMute = true
    expect(await ask('first')).toBe('timeout')
    expect(await Promise.all([ask('on trial'), ask('b'), ask('c')])).toEqual(['timeout', 'down', 'down'])
    host.isMute = false
    expect(await Promise.all([ask('on trial'), ask('b')])).toEqual(['fine', 'down'])
    expect(await Promise.all([ask('a'), ask('b'), ask('c')])).toEqual(['fine', 'fine', 'fine'])
    await watched[Symbol.asyncDispose]()
  })

  test('a function that is slow without burning CPU is left alone', async () => {
    const events = new EventLog()
    const host = startingOnce({ responds: false })
    const limits = { ...quick, pingEveryMs: 1, stuckCpuMaxMs: 5 }
    const watched = await watchFunction(host, rig.spec(''), { onEvent: events.add, limits })
    while (host.pings < 20) await delay(1)
    expect(watched.health.state).toBe('healthy')
    await watched[Symbol.asyncDispose]()
  })

  test('nothing is kept of a ping by what lives as long as the function', async () => {
    const host = startingOnce()
    const watched = await watchFunction(host, rig.spec(''), { limits: { ...quick, pingEveryMs: 1 } })
    while (host.pings < 20) await delay(1)
    const waiting = CountingPromise.waiting
    while (host.pings < 60) await delay(1)
    expect(CountingPromise.waiting).toBe(waiting)
    await watched[Symbol.asyncDispose]()
  })
})

/** Whatever is derived from it counts as well. */
class CountingPromise<T> extends Promise<T> {
  static waiting = 0

  // biome-ignore lint/suspicious/noThenProperty: it is a promise.
  override then<A = T, B = never>(...handlers: Parameters<Promise<T>['then']> | []): CountingPromise<A | B> {
    CountingPromise.waiting++
    return super.then(...handlers) as CountingPromise<A | B>
  }
}

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
    /** Answers nobody. */
    isMute: false,
    die: (reason: string) => resolveExited(reason),
    async start(): Promise<RunningFunction> {
      if (fake.starts++ > 0) throw new Error('no second life')
      return {
        driver: 'thread',
        pid: undefined,
        classify: (_handle, _request, signal) =>
          fake.isMute
            ? new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)))
            : Promise.resolve('fine'),
        ping: async () => {
          fake.pings++
          return responds
        },
        usage: () => ({ activeMs: 42, rssBytes: undefined }),
        kill: fake.die,
        exited: new CountingPromise<string>((resolve) => {
          resolveExited = resolve
        }),
        async [Symbol.asyncDispose]() {},
      }
    },
  }
  return fake
}

// CPU profiles of running Node processes over the inspector's protocol, without a restart: a process that gets SIGUSR1
// opens its inspector and says where on its standard error. https://chromedevtools.github.io/devtools-protocol/v8/Profiler

import { WebSocket } from 'undici'
import { until } from '#test/harness/until.ts'

export interface ProfileNode {
  readonly id: number
  readonly callFrame: {
    readonly functionName: string
    readonly url: string
    /** Both from 0. */
    readonly lineNumber: number
    readonly columnNumber: number
  }
  readonly children?: readonly number[]
}

export interface CpuProfile {
  readonly nodes: readonly ProfileNode[]
  /** Ids of nodes, with the microseconds since the sample before. */
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const SAMPLE_EVERY_US = 500
const LISTENING = /Debugger listening on (ws:\S+)/g

/** `output` is what the process has printed so far; one process opens its inspector at a time. */
export async function openInspector(pid: number, output: () => string): Promise<string> {
  const before = [...output().matchAll(LISTENING)].length
  process.kill(pid, 'SIGUSR1')
  return until(`process ${pid} opens its inspector`, () => [...output().matchAll(LISTENING)][before]?.[1])
}

/** What the process did while `work` went on. */
export async function profileDuring(url: string, work: () => Promise<unknown>): Promise<CpuProfile> {
  const socket = new WebSocket(url)
  const answers = new Map<number, (result: unknown) => void>()
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data))
    answers.get(id)?.(result)
  })
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error(`Cannot open inspector "${url}"`)))
  })
  let ids = 0
  const call = (method: string, params: object = {}) =>
    new Promise<unknown>((resolve) => {
      answers.set(++ids, resolve)
      socket.send(JSON.stringify({ id: ids, method, params }))
    })
  try {
    await call('Profiler.enable')
    await call('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US })
    await call('Profiler.start')
    await work()
    return ((await call('Profiler.stop')) as { profile: CpuProfile }).profile
  } finally {
    socket.close()
  }
}

// The driver for boards whose kernel cannot start workerd: a Node worker thread that serves the same bundle on
// a unix socket. It survives crashes, endless loops and a full heap, but it isolates nothing: the function can
// import node:fs and reach any network. For trusted functions only, and the device reports that it is in use.

import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { functionClient } from './function-client.ts'
import { startFailure } from './function-failed.ts'
import type { FunctionHost, FunctionSpec, RunningFunction } from './function-host.ts'
import { unixAddress } from './unix-address.ts'
import { within } from './within.ts'

/** As for workerd: beyond this the module is looping as it loads. */
const START_MAX_MS = 10_000
const FIRST_PING_MAX_MS = 5_000
/** The same heap as a function has in workerd. */
const HEAP_LIMITS = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 }

export interface ThreadOptions {
  /** Hears what the function prints. */
  onOutput?: (text: string) => void
}

interface FirstMessage {
  listens: boolean
  said?: string
}

export function threadHost(options: ThreadOptions = {}): FunctionHost {
  return { driver: 'thread', start: (spec) => startThread(spec, options) }
}

async function startThread(spec: FunctionSpec, options: ThreadOptions): Promise<RunningFunction> {
  const socket = path.resolve(spec.folder, 'function.sock')
  unixAddress(socket)
  await mkdir(spec.folder, { recursive: true, mode: 0o700 })
  await rm(socket, { force: true })
  const worker = newWorker(spec, socket, options)
  const first = new Promise<FirstMessage>((resolve) => {
    worker.once('message', resolve)
    worker.once('error', (error) => resolve({ listens: false, said: `${error.name}: ${error.message}` }))
  })
  const running = runningFunction(worker, socket, spec)
  const message = await within(first, START_MAX_MS)
  if (message?.listens && (await running.ping(FIRST_PING_MAX_MS))) return running
  await running[Symbol.asyncDispose]()
  throw startFailure(spec.deployment.id, message?.said ?? '')
}

function newWorker(spec: FunctionSpec, socket: string, { onOutput }: ThreadOptions): Worker {
  const worker = new Worker(new URL('./thread-entry.mjs', import.meta.url), {
    workerData: {
      code: spec.code,
      deployment: JSON.stringify(spec.deployment),
      socket,
      bindings: path.resolve(spec.host.socket),
    },
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: HEAP_LIMITS,
  })
  for (const stream of [worker.stdout, worker.stderr] as Readable[])
    stream.on('data', (chunk: Buffer) => onOutput?.(String(chunk)))
  return worker
}

function runningFunction(worker: Worker, socket: string, spec: FunctionSpec): RunningFunction {
  const client = functionClient({ socket }, spec)
  let isStopping = false
  let reason: string | undefined
  worker.on('error', (error) => {
    reason ??= `${error.name}: ${error.message}`
  })
  const exited = new Promise<string>((resolve) => {
    worker.once('exit', (code) => isStopping || resolve(reason ?? `exited with ${code}`))
  })
  const stop = async () => {
    isStopping = true
    await client.close()
    await worker.terminate()
    await rm(socket, { force: true })
  }
  let stopped: Promise<void> | undefined
  return {
    driver: 'thread',
    pid: undefined,
    classify: client.classify,
    ping: client.ping,
    // The memory is this very process's, so it tells nothing about the function; the heap has its limit.
    usage: () => ({ activeMs: worker.performance.eventLoopUtilization().active, rssBytes: undefined }),
    kill: (why) => {
      reason ??= why
      void worker.terminate()
    },
    exited,
    [Symbol.asyncDispose]: () => {
      stopped ??= stop()
      return stopped
    },
  }
}

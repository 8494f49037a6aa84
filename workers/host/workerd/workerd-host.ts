// The device's driver: one `workerd serve` process per function, unix sockets both ways, no other network, an
// empty environment. workerd tells by a control pipe when it listens and exits before that where the module
// does not load, so a broken function never takes over from the one that serves. A process of its own session:
// Ctrl-C in the device's terminal must not hit it before the front door has drained.

import { functionClient } from '../function-client.ts'
import { startFailure } from '../function-failed.ts'
import type { FunctionHost, FunctionSpec, RunningFunction } from '../function-host.ts'
import { endQuietly, startQuietly } from '../quiet-process.ts'
import { within } from '../within.ts'
import { processUsage, wallUsage } from './process-usage.ts'
import { workerdBinary } from './workerd-binary.ts'
import { removeWorkerdFiles, type WorkerdFiles, workerdFiles, writeWorkerdFiles } from './workerd-config.ts'
import { WorkerdProcess } from './workerd-process.ts'
import { sweepStale } from './workerd-sweep.ts'

/** 40 ms here, 10 to 20 times that on the slowest board; beyond, the module is looping as it loads. */
const START_MAX_MS = 10_000
const FIRST_PING_MAX_MS = 5_000
/** Between SIGTERM and SIGKILL. Drained before, so an honest workerd leaves at once; a looping one never does. */
const TERM_MAX_MS = 2_000

export interface WorkerdOptions {
  binary?: string
  /** Hears what the function prints. */
  onOutput?: (text: string) => void
}

export function workerdHost(options: WorkerdOptions = {}): FunctionHost {
  return { driver: 'workerd', start: (spec) => startWorkerd(spec, options) }
}

async function startWorkerd(spec: FunctionSpec, options: WorkerdOptions): Promise<RunningFunction> {
  const files = workerdFiles(spec.folder)
  await sweepStale(spec.folder)
  await writeWorkerdFiles(files, spec)
  const engine = new WorkerdProcess(options.binary ?? workerdBinary(), files, options.onOutput)
  const begun = engine.pid === undefined ? () => {} : startQuietly(engine.pid)
  const running = runningFunction(engine, files, spec)
  const listens = await within(Promise.race([engine.listens, engine.gone.then(() => false)]), START_MAX_MS)
  const answers = listens && (await running.ping(FIRST_PING_MAX_MS))
  begun()
  if (answers && !engine.hasGone) return running
  // Looping as it loads, it would only make SIGTERM wait.
  engine.signal('SIGKILL')
  await running[Symbol.asyncDispose]()
  throw startFailure(spec.deployment.id, engine.output)
}

function runningFunction(engine: WorkerdProcess, files: WorkerdFiles, spec: FunctionSpec): RunningFunction {
  const client = functionClient({ socket: files.socket }, spec)
  let isStopping = false
  const stop = async () => {
    isStopping = true
    // First let go of our own connections: workerd waits for them after SIGTERM.
    await client.close()
    if (engine.pid !== undefined) endQuietly(engine.pid)
    engine.signal('SIGTERM')
    if ((await within(engine.gone, TERM_MAX_MS)) === undefined) engine.signal('SIGKILL')
    await engine.gone
    await removeWorkerdFiles(files)
  }
  let stopped: Promise<void> | undefined
  return {
    driver: 'workerd',
    pid: engine.pid,
    classify: client.classify,
    ping: client.ping,
    usage: () => (engine.pid === undefined ? wallUsage() : processUsage(engine.pid)),
    kill: (reason) => engine.kill(reason),
    exited: new Promise((resolve) => void engine.gone.then((why) => isStopping || resolve(why))),
    [Symbol.asyncDispose]: () => {
      stopped ??= stop()
      return stopped
    },
  }
}

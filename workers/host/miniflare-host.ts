// The driver for development and tests: Miniflare, a simulator around workerd. Its entry worker adds
// milliseconds to each request, so it never serves a device. Its defaults would let a function reach
// loopback and fetch a sample of client data from the internet: both are turned off.
// The only file that imports miniflare.

import path from 'node:path'
import type { Readable } from 'node:stream'
import { Miniflare } from 'miniflare'
import { functionClient } from './function-client.ts'
import { startFailure } from './function-failed.ts'
import type { FunctionHost, FunctionSpec, RunningFunction } from './function-host.ts'
import { unixAddress } from './unix-address.ts'
import { within } from './within.ts'
import { COMPATIBILITY_DATE } from './workerd/workerd-config.ts'

/** Importing and starting take about a second on a quiet machine. */
const START_MAX_MS = 20_000
const FIRST_PING_MAX_MS = 5_000

export function miniflareHost(): FunctionHost {
  return { driver: 'miniflare', start: startMiniflare }
}

async function startMiniflare(spec: FunctionSpec): Promise<RunningFunction> {
  let said = ''
  const listen = (stream: Readable) =>
    stream.on('data', (chunk: Buffer) => {
      said = (said + chunk).slice(-4000)
    })
  const flare = newMiniflare(spec, (stdout, stderr) => {
    listen(stdout)
    listen(stderr)
  })
  try {
    const url = await within(flare.ready, START_MAX_MS)
    if (url) {
      const running = runningFunction(flare, url.origin, spec)
      if (await running.ping(FIRST_PING_MAX_MS)) return running
      await running[Symbol.asyncDispose]()
    }
  } catch (cause) {
    said += cause instanceof Error ? cause.message : ''
  }
  await disposeQuietly(flare)
  throw startFailure(spec.deployment.id, said)
}

function newMiniflare(spec: FunctionSpec, onOutput: (stdout: Readable, stderr: Readable) => void): Miniflare {
  const bindings = { external: { address: unixAddress(path.resolve(spec.host.socket)), http: {} } }
  return new Miniflare({
    host: '127.0.0.1',
    port: 0,
    modules: [{ type: 'ESModule', path: 'function.js', contents: spec.code }],
    compatibilityDate: COMPATIBILITY_DATE,
    bindings: { DEPLOYMENT: JSON.stringify(spec.deployment) },
    serviceBindings: { VISION: bindings, EDGE: bindings },
    outboundService: { network: { allow: [] } },
    cf: false,
    // workerd by itself has no cache either; Miniflare's would leave a folder behind.
    cache: false,
    handleRuntimeStdio: onOutput,
  })
}

function runningFunction(flare: Miniflare, origin: string, spec: FunctionSpec): RunningFunction {
  const client = functionClient({ origin }, spec)
  let resolveExited: (reason: string) => void = () => {}
  const exited = new Promise<string>((resolve) => {
    resolveExited = resolve
  })
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= client.close().then(() => disposeQuietly(flare))
    return stopped
  }
  return {
    driver: 'miniflare',
    // Miniflare keeps its workerd's number to itself, and does not tell when it dies.
    pid: undefined,
    classify: client.classify,
    ping: client.ping,
    usage: () => ({ activeMs: performance.now(), rssBytes: undefined }),
    kill: (reason) => void stop().then(() => resolveExited(reason)),
    exited,
    [Symbol.asyncDispose]: stop,
  }
}

/** Disposing repeats the start's own failure, which has been told already. */
async function disposeQuietly(flare: Miniflare): Promise<void> {
  await flare.dispose().catch(() => {})
}

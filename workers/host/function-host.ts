// The port behind which deployed functions run. A function is one ES module of somebody's code; a driver runs
// it apart from the front door and speaks HTTP to it, so that it can be slow, wrong or stuck without taking
// the device down. Three drivers keep one conformance suite: `workerd` isolates and is what devices use,
// `thread` is for kernels where workerd cannot start and trusts the function, `miniflare` is for development.
// `inline` has no host: the worker answers by the built-in flow itself, for the built-in function only.

import type { FunctionDeployment, FunctionRequest } from '#contract/function-bindings.ts'

export type FunctionDriver = 'workerd' | 'thread' | 'miniflare' | 'inline'

export interface FunctionSpec {
  /** The bundle: one ES module whose default export has `fetch`. */
  code: string
  deployment: FunctionDeployment
  /** For sockets and configuration, one function's alone. Short: socket paths hold about 100 characters. */
  folder: string
  /** Where VISION and EDGE are served (bindings-server.ts). */
  host: { socket: string }
}

export interface FunctionHost {
  readonly driver: FunctionDriver
  /** Resolves once the function has answered a ping; throws a `FunctionFailed` with its own message. */
  start(spec: FunctionSpec): Promise<RunningFunction>
}

export interface RunningFunction extends AsyncDisposable {
  readonly driver: FunctionDriver
  /** Of its own process, where the driver gives it one that is known. */
  readonly pid: number | undefined
  /** The function's JSON, unchecked. Throws a `FunctionFailed`, or the signal's reason. */
  classify(handle: string, request: FunctionRequest, signal?: AbortSignal): Promise<unknown>
  /** False where the function does not answer in time: it may be busy, stuck or gone. */
  ping(timeoutMs: number): Promise<boolean>
  usage(): FunctionUsage
  /** Ends it at once, also from an endless loop; `exited` then resolves with this reason. */
  kill(reason: string): void
  /** Resolves with the reason when it dies by itself or is killed; stays pending when it is disposed of. */
  readonly exited: Promise<string>
}

export interface FunctionUsage {
  /** Time that it has been at work: CPU time, or where the driver cannot tell, time as such. */
  activeMs: number
  /** Memory of its process, where it has one that is known. */
  rssBytes: number | undefined
}

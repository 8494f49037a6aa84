// The near end of load-child.mjs: starts the client process, collects what it tells, and sums it up.

import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface LoadOptions {
  readonly url: string
  readonly image: Uint8Array
  readonly connections: number
  readonly requests: number
  readonly path?: string
}

/** One request, in milliseconds of the monotonic clock. */
export interface LoadRow {
  readonly beginMs: number
  readonly endMs: number
  /** 0 where the connection failed. */
  readonly status: number
  readonly byFallback: boolean
}

export interface Load {
  readonly rows: readonly LoadRow[]
  /** What was said by everything that was not a 200. */
  readonly errors: readonly string[]
  /** All requests are answered, or `stop` was called and those under way are. */
  readonly done: Promise<void>
  stop(): Promise<void>
}

/** Longer than any answer may take: beyond, the request counts as lost. */
const TIMEOUT_MS = 20_000

interface Told {
  readonly rows?: Float64Array
  readonly errors?: string[]
  readonly done?: true
}

/** The same clock as the client's. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6

export function startLoad({ path = '/v1/classify', ...options }: LoadOptions): Load {
  const child = fork(fileURLToPath(new URL('./load-child.mjs', import.meta.url)), {
    execArgv: [],
    serialization: 'advanced',
  })
  const rows: LoadRow[] = []
  const errors: string[] = []
  child.send({ ...options, path, timeoutMs: TIMEOUT_MS })
  const done = new Promise<void>((resolve, reject) => {
    child.on('message', (message) => {
      const told = message as Told
      errors.push(...(told.errors ?? []))
      for (let i = 0; i < (told.rows?.length ?? 0); i += 4) rows.push(rowOf(told.rows!.subarray(i, i + 4)))
      if (told.done) resolve()
    })
    child.once('exit', (code, signal) => reject(new Error(`the client ended early: ${signal ?? code}`)))
  })
  return {
    rows,
    errors,
    done,
    stop() {
      if (child.connected) child.send('stop')
      return done
    },
  }
}

function rowOf([beginMs = 0, endMs = 0, status = 0, byFallback = 0]: Iterable<number>): LoadRow {
  return { beginMs, endMs, status, byFallback: byFallback === 1 }
}

export const lostOf = (rows: readonly LoadRow[]): number => rows.filter((row) => row.status !== 200).length

/** The share `p` of the latencies is at most this; NaN of none. */
export function quantileMs(rows: readonly LoadRow[], p: number): number {
  const sorted = Float64Array.from(rows, (row) => row.endMs - row.beginMs).sort()
  return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN
}

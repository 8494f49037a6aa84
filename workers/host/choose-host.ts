// Which driver a device uses: workerd where its binary runs at all, else a thread. It does not where the
// kernel has 39-bit addresses (Raspberry Pi OS on Pi 3 and 4: it aborts), where glibc is too old, and where
// npm has no package for the platform; asking for its version shows all three in milliseconds. Who runs the device may
// choose: `inline` spares the built-in function its host, 2 ms a request and some 100 MB; others still get theirs.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { FunctionHost } from './function-host.ts'
import { threadHost } from './thread-host.ts'
import { workerdBinary } from './workerd/workerd-binary.ts'
import { workerdHost } from './workerd/workerd-host.ts'

/** 15 ms here; a cold SD card may take seconds to read the 100 MB binary. */
const PREFLIGHT_MAX_MS = 15_000

export type HostChoice = 'auto' | 'workerd' | 'thread' | 'inline'

export interface ChosenHost {
  host: FunctionHost
  /** The worker itself answers for the built-in function. */
  isInline: boolean
  /** For the log and the device's report. */
  reason: string
}

export interface ChooseOptions {
  choice?: HostChoice
  /** Where workerd is; found by npm's own layout by default, which may throw. */
  binary?: () => string
  onOutput?: (text: string) => void
}

/** Rejects where workerd is what was chosen, and does not run. */
export async function chooseHost({
  choice = 'auto',
  binary = workerdBinary,
  ...options
}: ChooseOptions = {}): Promise<ChosenHost> {
  const isInline = choice === 'inline'
  if (choice === 'thread')
    return { host: threadHost(options), isInline, reason: 'a thread was chosen: no isolation' }
  try {
    const file = binary()
    const { stdout } = await promisify(execFile)(file, ['--version'], { timeout: PREFLIGHT_MAX_MS, env: {} })
    return { host: workerdHost({ binary: file, ...options }), isInline, reason: `${stdout.trim()} runs here` }
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : 'it threw no error'
    if (choice === 'workerd')
      throw new Error(`Cannot start function host "workerd": ${why}, expected a board on which it runs`, {
        cause: error,
      })
    return { host: threadHost(options), isInline, reason: `workerd does not run here (${why}): no isolation` }
  }
}

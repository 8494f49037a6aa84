// A program of this project as a child process, started as run.mjs does.

import { type ChildProcess, type ForkOptions, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Goes before the entry: `node RUNNER <entry.ts> [argument...]`, from whatever folder. */
export const RUNNER = fileURLToPath(new URL('./run.mjs', import.meta.url))

export function forkProgram(
  entry: URL | string,
  args: readonly string[] = [],
  options: ForkOptions = {},
): ChildProcess {
  const file = entry instanceof URL ? fileURLToPath(entry) : entry
  return fork(RUNNER, [file, ...args], { execArgv: [], ...options })
}

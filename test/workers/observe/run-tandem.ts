// The CLI as a process, against a fleet's control plane.

import { spawn } from 'node:child_process'
import path from 'node:path'
import { RUNNER } from '#platform/launch/fork-program.ts'
import type { Fleet } from '#test/harness/fleet.ts'

const MAIN = path.resolve(import.meta.dirname, '../../../admin/cli/main.ts')

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export function runTandem(fleet: Fleet, ...args: string[]): Promise<Ran> {
  const flags = ['--home', fleet.home, '--url', fleet.controlUrl]
  const child = spawn(process.execPath, [RUNNER, MAIN, ...flags, ...args])
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].on('data', (chunk) => {
      said[stream] += chunk
    })
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said })))
}

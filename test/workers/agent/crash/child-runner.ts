// Starts devices in processes of their own and says how they ended.

import { spawn } from 'node:child_process'
import path from 'node:path'
import { build } from 'esbuild'
import { RUNNER } from '#platform/launch/fork-program.ts'
import type { ChildOrder } from './device-child.ts'

/** One file that plain node runs: starting from source takes ten times as long. */
export async function bundleChild(folder: string): Promise<string> {
  const outfile = path.join(folder, 'device-child.mjs')
  await build({
    entryPoints: [path.join(import.meta.dirname, 'device-child.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
  })
  return outfile
}

export interface ChildEnd {
  readonly signal: NodeJS.Signals | null
  readonly code: number | null
  /** The last number of each word that it said. */
  readonly said: ReadonlyMap<string, string>
  readonly errors: string
}

/** `killAfterMs`: kill -9 from outside, whatever it is doing then. */
export function runChild(file: string, order: ChildOrder, killAfterMs?: number): Promise<ChildEnd> {
  const runner = file.endsWith('.ts') ? [RUNNER] : []
  const child = spawn(process.execPath, [...runner, file, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [output, errors] = ['', '']
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  return new Promise((resolve) => {
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      const lines = output.split('\n').filter((line) => line.includes(' '))
      const said = new Map(
        lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
      )
      resolve({ signal, code, said, errors })
    })
  })
}

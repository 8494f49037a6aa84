// On what and when something was measured: without it no figure means anything.

import { execFileSync } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'

export interface Machine {
  readonly cores: number
  readonly cpu: string
  readonly memoryGb: number
  readonly node: string
  readonly os: string
}

export const machine = (): Machine => ({
  cores: os.cpus().length,
  cpu: os.cpus()[0]?.model.trim() ?? 'unknown processor',
  memoryGb: Math.round(os.totalmem() / 2 ** 30),
  node: process.versions.node,
  os: `${os.type()} ${os.arch()}`,
})

/** Of the last minute. */
export const load = (): number => Number(os.loadavg()[0]!.toFixed(1))

/** Of the checkout, with "+" where files differ from it; "unknown" outside of one. */
export function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: path.resolve(import.meta.dirname, '../..'),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  try {
    // Results that are written as we go do not make the code another.
    const isChanged = git('status', '--porcelain', '--', '.', ':!bench/results', ':!docs').length > 0
    return `${git('rev-parse', '--short=12', 'HEAD')}${isChanged ? '+' : ''}`
  } catch {
    return 'unknown'
  }
}

export function machineSentence(): string {
  const { cores, cpu, node, os: system } = machine()
  return `${cores} cores, ${cpu}, Node ${node}, ${system}; load average at the end ${load().toFixed(1)}; ${new Date().toISOString().slice(0, 10)}, ${commit()}.`
}

// What a process and its children have used so far, from /proc (Linux): CPU seconds and resident memory, and the
// connections that PostgreSQL serves.

import { readdirSync, readFileSync } from 'node:fs'

/** USER_HZ is 100 on every Linux that Node runs on. */
const TICKS_A_SECOND = 100

interface Stat {
  readonly name: string
  readonly parent: number
  readonly cpuS: number
  /** Of children that have ended and were waited for. */
  readonly endedCpuS: number
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const end = text.lastIndexOf(')')
    const fields = text
      .slice(end + 2)
      .split(' ')
      .map(Number)
    const [user, system, endedUser, endedSystem] = fields.slice(11, 15) as [number, number, number, number]
    return {
      name: text.slice(text.indexOf('(') + 1, end),
      parent: fields[1]!,
      cpuS: (user + system) / TICKS_A_SECOND,
      endedCpuS: (endedUser + endedSystem) / TICKS_A_SECOND,
    }
  } catch {
    return undefined // It has ended meanwhile.
  }
}

export function processUsage(pid: number): { cpuS: number; rssMb: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  const rssKb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN)
  return { cpuS: statOf(pid)?.cpuS ?? Number.NaN, rssMb: rssKb / 1_024 }
}

/** A postmaster and its backends, those that have ended included. */
export function postgresUsage(postmaster: number): { cpuS: number; backends: number } {
  const own = statOf(postmaster)!
  let cpuS = own.cpuS + own.endedCpuS
  let backends = 0
  for (const entry of readdirSync('/proc')) {
    const stat = /^\d+$/.test(entry) ? statOf(Number(entry)) : undefined
    if (stat?.parent !== postmaster) continue
    cpuS += stat.cpuS
    if (isBackend(Number(entry))) backends++
  }
  return { cpuS, backends }
}

/** `postgres: tandem tandem 127.0.0.1(4711) idle`: helpers of the server have no address. */
function isBackend(pid: number): boolean {
  try {
    return /\d+\.\d+\.\d+\.\d+\(\d+\)/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'))
  } catch {
    return false
  }
}

export const loadAverage = (): string =>
  readFileSync('/proc/loadavg', 'latin1').split(' ').slice(0, 2).join(' ')

// CPU time and memory of another process, from Linux's /proc. Elsewhere, and for a process that has just
// gone, time as such stands in for CPU time.

import { readFileSync } from 'node:fs'
import type { FunctionUsage } from '../function-host.ts'

/** USER_HZ is 100 on every Linux that Node runs on. */
const TICK_MS = 10

export function processUsage(pid: number): FunctionUsage {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // Fields are counted after the command's name, which may hold blanks: user and system time are 12 and 13.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    const rss = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]
    return {
      activeMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
      rssBytes: rss === undefined ? undefined : Number(rss) * 1024,
    }
  } catch {
    return wallUsage()
  }
}

export function wallUsage(): FunctionUsage {
  return { activeMs: performance.now(), rssBytes: undefined }
}

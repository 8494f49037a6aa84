// A worker and every process below it (Linux: /proc): what it consists of, how large each part is, which of them
// went. A process is known by its id and start time, since ids come back.

import { readdir, readFile } from 'node:fs/promises'

export type Role = 'worker' | 'vision' | 'workerd' | 'other'

export interface TreeProcess {
  readonly pid: number
  readonly role: Role
  /** In clock ticks since the machine started. */
  readonly startTicks: number
  readonly rssMb: number
  readonly threads: number
  readonly fds: number
  /** Of the processor, so far. */
  readonly cpuMs: number
}

/** USER_HZ is 100 wherever Node runs on Linux. */
const TICK_MS = 10
const PAGE_MB = 4096 / 2 ** 20

interface Stat {
  readonly pid: number
  readonly parent: number
  readonly threads: number
  readonly startTicks: number
  readonly rssMb: number
  readonly cpuMs: number
}

/** The root first; empty where it is gone. */
export async function processTree(root: number): Promise<TreeProcess[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0)
  const stats = (await Promise.all(pids.map(statOf))).filter((stat) => stat !== undefined)
  const found = stats.filter((stat) => stat.pid === root)
  for (let i = 0; i < found.length; i++) found.push(...stats.filter((s) => s.parent === found[i]!.pid))
  return Promise.all(
    found.map(async ({ parent, ...stat }) => {
      const role = stat.pid === root ? ('worker' as const) : await roleOf(stat.pid, parent === root)
      return { ...stat, role, fds: await openFiles(stat.pid) }
    }),
  )
}

export type Size = Pick<TreeProcess, 'role' | 'rssMb' | 'threads' | 'fds'>

/** Of everything below it and itself. */
export const cpuMsOf = async (root: number): Promise<number> =>
  (await processTree(root)).reduce((sum, { cpuMs }) => sum + cpuMs, 0)

/** The worker itself and what serves beside it, in one number each. */
export function sizesByRole(tree: readonly TreeProcess[]): Map<Role, Size> {
  const sizes = new Map<Role, Size>()
  for (const { role, rssMb, threads, fds } of tree) {
    const sum = sizes.get(role) ?? { role, rssMb: 0, threads: 0, fds: 0 }
    sizes.set(role, { role, rssMb: sum.rssMb + rssMb, threads: sum.threads + threads, fds: sum.fds + fds })
  }
  return sizes
}

/** A worker starts two kinds of processes: functions' workerd, and vision, which is Node and goes by no name. */
async function roleOf(pid: number, isOwn: boolean): Promise<Role> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')
  if (command.includes('workerd')) return 'workerd'
  return isOwn ? 'vision' : 'other'
}

/** proc(5): fields after the command, which may hold spaces and brackets. */
async function statOf(pid: number): Promise<Stat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  // A zombie is gone.
  if (fields.length < 22 || fields[0] === 'Z') return undefined
  const at = (index: number) => Number(fields[index])
  const cpuMs = (at(11) + at(12)) * TICK_MS
  return { pid, parent: at(1), threads: at(17), startTicks: at(19), rssMb: at(21) * PAGE_MB, cpuMs }
}

const openFiles = async (pid: number): Promise<number> =>
  (await readdir(`/proc/${pid}/fd`).catch(() => [])).length

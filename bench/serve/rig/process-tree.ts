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
}

const PAGE_MB = 4096 / 2 ** 20

interface Stat {
  readonly pid: number
  readonly parent: number
  readonly threads: number
  readonly startTicks: number
  readonly rssMb: number
}

/** The root first; empty where it is gone. */
export async function processTree(root: number): Promise<TreeProcess[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0)
  const stats = (await Promise.all(pids.map(statOf))).filter((stat) => stat !== undefined)
  const found = stats.filter((stat) => stat.pid === root)
  for (let i = 0; i < found.length; i++) found.push(...stats.filter((s) => s.parent === found[i]!.pid))
  return Promise.all(
    found.map(async ({ pid, parent, startTicks, rssMb, threads }) => {
      const role = pid === root ? ('worker' as const) : await roleOf(pid, parent === root)
      return { pid, role, startTicks, rssMb, threads, fds: await openFiles(pid) }
    }),
  )
}

/** The worker itself and what serves beside it, in one number each. */
export function sizesByRole(
  tree: readonly TreeProcess[],
): Map<Role, Omit<TreeProcess, 'pid' | 'startTicks'>> {
  const sizes = new Map<Role, Omit<TreeProcess, 'pid' | 'startTicks'>>()
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
  const [parent, threads, startTicks, pages] = [1, 17, 19, 21].map((i) => Number(fields[i]))
  return { pid, parent: parent!, threads: threads!, startTicks: startTicks!, rssMb: pages! * PAGE_MB }
}

const openFiles = async (pid: number): Promise<number> =>
  (await readdir(`/proc/${pid}/fd`).catch(() => [])).length

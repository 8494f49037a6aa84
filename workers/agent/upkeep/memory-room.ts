// Whether the memory holds one generation more, and if not, what has to stop first. Starting beside the old one is
// what makes a switch lose no request, so it is the rule; on a board whose memory holds one model only, the rule
// would end in the kernel's out-of-memory killer, which takes the serving one too.
//
// An estimate, on the safe side: a model takes its file once as it is read, once as weights and about once more for
// activations; the function's process comes on top. Where a start has been measured, that counts if it was more.

import { readFile } from 'node:fs/promises'
import os from 'node:os'
import type { Deployment } from '#contract/deployment.ts'
import type { Tier } from '#contract/tier.ts'

const MODEL_FACTOR = 3
/** workerd idles with 63 MB, and twice as much in all with its front process; 74 MB under load with our flags. */
const FUNCTION_BYTES = 100 * 1024 ** 2
/** Node, libvips and ONNX Runtime in a process of their own, before any model. */
const VISION_BYTES = 75 * 1024 ** 2
/** Requests in flight, decoded images, the spool. */
const SPARE_BYTES = 32 * 1024 ** 2

/** What a deployment takes while it runs; `measuredBytes` is by how much the process grew at the last start. */
export function generationBytes(deployment: Deployment, tier: Tier, measuredBytes = 0): number {
  const model = tier === 'local' ? deployment.local : deployment.edge
  return Math.max(model.file.sizeBytes * MODEL_FACTOR, measuredBytes) + FUNCTION_BYTES + VISION_BYTES
}

export interface MemoryAsked {
  /** Running generations and what each takes, the serving one first. */
  readonly running: readonly { readonly id: string; readonly bytes: number }[]
  readonly neededBytes: number
  readonly availableBytes: number
  /** One: never two side by side, whatever the memory. */
  readonly generationsMax: 1 | 2
}

/** Deployments to stop before the wanted one starts: as few as possible, the serving one last. */
export function stopFirst(asked: MemoryAsked): string[] {
  if (asked.generationsMax === 1) return asked.running.map(({ id }) => id)
  const stopped: string[] = []
  let room = asked.availableBytes
  for (const { id, bytes } of [...asked.running].reverse()) {
    if (room >= asked.neededBytes + SPARE_BYTES) break
    stopped.push(id)
    room += bytes
  }
  return stopped
}

/** Of the machine, or of this process's cgroup where that has less. Page cache counts as available. */
export async function availableMemoryBytes(): Promise<number> {
  const limit = process.constrainedMemory()
  if (!limit || limit >= os.totalmem()) return os.freemem()
  const ofGroup = await groupUsage().catch(() => undefined)
  // Without a cgroup file system that can be read: what Node knows, which counts page cache as used.
  const left = ofGroup === undefined ? process.availableMemory() : limit - ofGroup
  return Math.max(0, Math.min(os.freemem(), left))
}

/** Version 2: one line `0::/path` in /proc/self/cgroup. */
async function groupUsage(): Promise<number> {
  const group = /^0::(.*)$/m.exec(await readFile('/proc/self/cgroup', 'utf8'))?.[1] ?? '/'
  const folder = `/sys/fs/cgroup${group === '/' ? '' : group}`
  const used = Number(await readFile(`${folder}/memory.current`, 'utf8'))
  const cached = /^inactive_file (\d+)$/m.exec(await readFile(`${folder}/memory.stat`, 'utf8'))
  return used - Number(cached?.[1] ?? 0)
}

// The device's loops: follow the manifest, run jobs, upload decisions. Each survives everything that the network
// and the control plane can do; serving goes on beside them and knows nothing of them.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { ArtifactStore } from '#platform/artifact-store.ts'
import type { Offload } from '../serve/offload/offload.ts'
import { type ControlClient, ControlError } from './control-client.ts'
import { forever } from './forever.ts'
import type { GenerationsPort } from './install.ts'
import { JobBell } from './job-bell.ts'
import { type JobPorts, runJob } from './run-job.ts'
import type { DecisionSpool } from './spool/decision-spool.ts'
import { uploadDecisions } from './spool/upload-decisions.ts'
import { ManifestFollower } from './update/follow-manifest.ts'
import { type CapturedImages, keepImagesWithin } from './upkeep/disk-room.ts'
import { DEFAULT_LIMITS, type DeviceLimits } from './upkeep/limits.ts'
import type { Recipient } from './verify-manifest.ts'

export interface AgentPorts {
  readonly home: string
  readonly recipient: Recipient
  readonly client: ControlClient
  readonly store: ArtifactStore
  readonly generations: GenerationsPort
  readonly offload: Pick<Offload, 'retarget'>
  readonly spool: DecisionSpool
  readonly captures?: CapturedImages
  readonly jobs: Omit<JobPorts, 'client' | 'signal'>
  readonly limits?: DeviceLimits
  readonly url: string
  readonly log: Logger
}

const SYNC_EVERY_MS = 1_000
const UPLOAD_EVERY_MS = 1_000

export class Agent {
  readonly #ports: AgentPorts
  readonly #limits: DeviceLimits
  readonly #follower: ManifestFollower
  readonly #bell = new JobBell()
  /** Its images must stay where they are until it ends. */
  #isMeasuring = false

  constructor(ports: AgentPorts) {
    this.#ports = ports
    this.#limits = ports.limits ?? DEFAULT_LIMITS
    const evictable = () => (this.#isMeasuring ? undefined : ports.jobs.store)
    const client: ControlClient = {
      ...ports.client,
      manifest: (etag, signal) => this.#bell.during((tell) => ports.client.manifest(etag, signal, tell)),
    }
    this.#follower = new ManifestFollower({ ...ports, client, limits: this.#limits, evictable })
  }

  /** Brings up the last good deployment from disk alone; the one before it where that fails. */
  boot(): Promise<void> {
    return this.#follower.boot()
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.#followManifest(signal),
      this.#runJobs(signal),
      this.#syncDecisions(signal),
      this.#uploadDecisions(signal),
    ])
  }

  async #followManifest(signal: AbortSignal): Promise<void> {
    await this.#follower.report()
    await forever(signal, this.#ports.log, () => this.#follower.step(signal))
  }

  async #runJobs(signal: AbortSignal): Promise<void> {
    const { client, jobs, log } = this.#ports
    await forever(signal, log, async () => {
      const job = await client.nextJob()
      if (!job) return this.#bell.quiet(signal)
      log.info({ job: job.id, kind: job.kind, from: job.from, count: job.count }, 'job begins')
      this.#isMeasuring = true
      try {
        await runJob(job, { ...jobs, client, signal })
        log.info({ job: job.id }, 'job done')
      } catch (error) {
        // Lines break and devices stop: the job waits and goes on where it was. What is refused is refused again
        // (a cancelled job, an artifact that is gone), and anything else is the job's own fault.
        if (signal.aborted || (error instanceof ControlError && error.code !== 'refused')) throw error
        await client.failJob(job.id, error instanceof Error ? error.message : 'unknown')
      } finally {
        this.#isMeasuring = false
      }
      const budgetBytes = this.#limits.diskBudgetBytes
      const { store, captures } = this.#ports
      await keepImagesWithin({ store, images: jobs.store, captures, budgetBytes })
    })
  }

  /** Apart from the upload, which waits longer and longer while the control plane is gone. */
  async #syncDecisions(signal: AbortSignal): Promise<void> {
    const { spool, log } = this.#ports
    await forever(signal, log, async () => {
      await sleep(SYNC_EVERY_MS, undefined, { signal })
      await spool.sync()
    })
  }

  async #uploadDecisions(signal: AbortSignal): Promise<void> {
    const { client, spool, log } = this.#ports
    await forever(signal, log, async () => {
      // Without a pause while there is more than one upload's worth: a fleet that comes back has much to tell.
      if (!(await uploadDecisions(spool, client))) await sleep(UPLOAD_EVERY_MS, undefined, { signal })
    })
  }
}

// The device's loops: follow the manifest, run jobs, upload decisions. Each survives everything that the network
// and the control plane can do; serving goes on beside them and knows nothing of them.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Deployment } from '#contract/deployment.ts'
import type { DeviceReport } from '#contract/device-api.ts'
import type { Manifest } from '#contract/manifest.ts'
import type { ArtifactStore } from '#platform/artifact-store.ts'
import type { Generations } from '../serve/generations.ts'
import type { Offload } from '../serve/offload.ts'
import { type ControlClient, ControlError } from './control-client.ts'
import { install, switchTo } from './install.ts'
import { type JobPorts, runJob } from './run-job.ts'
import type { DecisionSpool } from './spool.ts'
import { type DeviceState, readState, type StoredManifest, writeState } from './state.ts'
import { checkInstallable, openManifest, type Recipient } from './verify-manifest.ts'

export interface AgentPorts {
  readonly home: string
  readonly recipient: Recipient
  readonly client: ControlClient
  readonly store: ArtifactStore
  readonly generations: Generations
  readonly offload: Offload
  readonly spool: DecisionSpool
  readonly jobs: Omit<JobPorts, 'client' | 'signal'>
  readonly url: string
  readonly log: Logger
}

interface Fallback {
  readonly stored: StoredManifest
  readonly deployment: Deployment
}

const RETRY_FIRST_MS = 500
const RETRY_MAX_MS = 30_000
const JOB_POLL_MS = 1_000
const SYNC_EVERY_MS = 1_000
const UPLOAD_EVERY_MS = 1_000

export class Agent {
  readonly #ports: AgentPorts
  #state: DeviceState = { current: null, previous: null, sequence: 0 }
  /** ETag of the manifest that runs here; a device that could not boot it asks as if it knew none. */
  #etag: string | undefined

  constructor(ports: AgentPorts) {
    this.#ports = ports
  }

  /** Brings up the last good deployment from disk alone; the one before it where that fails. */
  async boot(): Promise<void> {
    const { log, home } = this.#ports
    const { state, damaged } = await readState(home)
    if (damaged) log.error('the state file is damaged; waiting for the control plane')
    this.#state = state
    for (const stored of [state.current, state.previous]) {
      if (!stored) continue
      try {
        await this.#bootFrom(stored)
        if (stored === state.current) this.#etag = stored.etag
        return
      } catch (err) {
        log.error({ err }, 'cannot boot a deployment from disk')
      }
    }
  }

  async #bootFrom(stored: StoredManifest): Promise<void> {
    const { deployment, edges } = await openManifest(stored.jws, this.#ports.recipient)
    if (!deployment) return
    await this.#ports.generations.start(deployment)
    switchTo(deployment, edges, this.#ports)
    this.#ports.log.info({ deployment: deployment.id }, 'serving the last good deployment')
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
    await this.#report({ state: this.#ports.generations.serving ? 'serving' : 'idle' })
    await forever(signal, this.#ports.log, async () => {
      const received = await this.#ports.client.manifest(this.#etag, signal)
      if (!received) return this.#report({ state: this.#ports.generations.serving ? 'serving' : 'idle' })
      const manifest = await this.#accept(received.jws)
      if (manifest) await this.#install(manifest, received, signal)
      this.#etag = received.etag
    })
  }

  /** Undefined for a manifest that this device runs already. */
  async #accept(jws: string): Promise<Manifest | undefined> {
    const manifest = await openManifest(jws, this.#ports.recipient)
    const { serving } = this.#ports.generations
    const isRepair =
      manifest.sequence === this.#state.sequence && serving?.deployment.id !== manifest.deployment?.id
    if (manifest.sequence === this.#state.sequence && !isRepair) return undefined
    checkInstallable(manifest, isRepair ? manifest.sequence - 1 : this.#state.sequence, new Date())
    return manifest
  }

  async #install(manifest: Manifest, received: StoredManifest, signal: AbortSignal): Promise<void> {
    const { log, home } = this.#ports
    const { sequence } = manifest
    await this.#report({ state: 'installing', sequence })
    const fallback = await this.#fallbackFor(manifest)
    try {
      await install(manifest, {
        ...this.#ports,
        signal,
        fallback: fallback?.deployment ?? null,
        remember: async () => {
          this.#state = { current: received, previous: fallback?.stored ?? null, sequence }
          await writeState(home, this.#state)
        },
      })
    } catch (error) {
      const message = error instanceof Error ? error.message : 'unknown'
      await this.#report({ state: 'failed', sequence, message })
      throw error
    }
    log.info({ sequence, deployment: manifest.deployment?.id ?? null }, 'manifest installed')
    await this.#report({ state: this.#ports.generations.serving ? 'serving' : 'idle', sequence })
  }

  /** What to boot where the new deployment fails: the newest one known that is not itself (a manifest may be renewed). */
  async #fallbackFor(manifest: Manifest): Promise<Fallback | undefined> {
    for (const stored of [this.#state.current, this.#state.previous]) {
      if (!stored) continue
      const { deployment } = await openManifest(stored.jws, this.#ports.recipient)
      if (deployment && deployment.id !== manifest.deployment?.id) return { stored, deployment }
    }
    return undefined
  }

  /** A report that does not get through is not tried again: the next one says more. */
  async #report(news: Pick<DeviceReport, 'state'> & Partial<DeviceReport>): Promise<void> {
    const { generations, client, url, log } = this.#ports
    const report: DeviceReport = {
      url,
      sequence: this.#state.sequence,
      servingDeploymentId: generations.serving?.deployment.id ?? null,
      message: '',
      functionDriver: generations.driver,
      ...news,
    }
    await client.report(report).catch((err: unknown) => log.warn({ err }, 'report did not get through'))
  }

  async #runJobs(signal: AbortSignal): Promise<void> {
    const { client, jobs, log } = this.#ports
    await forever(signal, log, async () => {
      const job = await client.nextJob()
      if (!job) return sleep(JOB_POLL_MS, undefined, { signal })
      log.info({ job: job.id, kind: job.kind, from: job.from, count: job.count }, 'job begins')
      try {
        await runJob(job, { ...jobs, client, signal })
        log.info({ job: job.id }, 'job done')
      } catch (error) {
        // Lines break and devices stop: the job waits and goes on where it was. What is refused is refused again
        // (a cancelled job, an artifact that is gone), and anything else is the job's own fault.
        if (signal.aborted || (error instanceof ControlError && error.code !== 'refused')) throw error
        await client.failJob(job.id, error instanceof Error ? error.message : 'unknown')
      }
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
      await sleep(UPLOAD_EVERY_MS, undefined, { signal })
      const decisions = await spool.batch()
      if (decisions.length > 0) await spool.acknowledge(await client.sendDecisions({ decisions }))
    })
  }
}

/** Doubles with every failure in a row, with jitter, so that a fleet does not come back all at once. */
const backoffMs = (failures: number): number =>
  Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** failures) * (0.5 + Math.random() / 2)

/** Repeats until aborted; a failure waits longer each time in a row, with jitter, and is logged. */
async function forever(signal: AbortSignal, log: Logger, step: () => Promise<void>): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    try {
      await step()
      failures = 0
    } catch (err) {
      if (signal.aborted) return
      log.warn({ err }, 'will try again')
      await sleep(backoffMs(failures++), undefined, { signal }).catch(() => undefined)
    }
  }
}

// The device's way from one deployment to the next, and back up after anything: boot from disk, poll, verify, install,
// report; and between polls look whether what the disk holds is still what it should be. All in one line, so that no
// two of these ever meet in the store. Whatever is refused or fails is reported and changes nothing of what serves.

import type { Logger } from 'pino'
import type { Deployment } from '#contract/deployment.ts'
import type { DeviceReport } from '#contract/device-api.ts'
import type { Manifest } from '#contract/manifest.ts'
import type { ArtifactStore } from '#platform/artifact-store.ts'
import type { Offload } from '../../serve/offload/offload.ts'
import type { ControlClient } from '../control-client.ts'
import { type GenerationsPort, install, switchTo } from '../install.ts'
import { collect } from '../upkeep/collect.ts'
import type { CapturedImages } from '../upkeep/disk-room.ts'
import type { DeviceLimits } from '../upkeep/limits.ts'
import { availableMemoryBytes, generationBytes, stopFirst } from '../upkeep/memory-room.ts'
import { mendArtifacts } from '../upkeep/mend.ts'
import { Reporter, type SpoolCounts } from '../upkeep/reporter.ts'
import { ManifestRefused, type Recipient } from '../verify-manifest.ts'
import { type Known, KnownManifests } from './known-manifests.ts'
import { artifactsOf, artifactsToKeep } from './plan.ts'
import { retreat } from './retreat.ts'

export interface FollowPorts {
  readonly home: string
  readonly recipient: Recipient
  readonly client: Pick<ControlClient, 'manifest' | 'artifact' | 'report'>
  readonly store: ArtifactStore
  /** Images of measurements that may be thrown away now. */
  readonly evictable: () => ArtifactStore | undefined
  readonly captures?: CapturedImages
  readonly spool?: SpoolCounts
  readonly generations: GenerationsPort
  readonly offload: Pick<Offload, 'retarget'>
  readonly limits: DeviceLimits
  readonly url: string
  readonly log: Logger
}

/** Reading a model of 230 MB takes a Pi's card ten seconds: nothing an hour. */
const CHECK_EVERY_MS = 3_600_000
/** After a check that could not mend what it found. */
const CHECK_AGAIN_MS = 300_000

export class ManifestFollower {
  readonly #ports: FollowPorts
  readonly #manifests: KnownManifests
  readonly #reporter: Reporter
  /** ETag of the manifest that runs here; a device that could not boot it asks as if it knew none. */
  #etag: string | undefined
  #nextCheckAt = 0
  #isTidy = false
  /** By how much this process grew when it last started a generation. */
  #grownBytes = 0
  /** What changes generations waits here for its turn; polling does not. */
  #turn: Promise<unknown> = Promise.resolve()
  /** The deployment whose function was given up, until something else is installed. */
  #givenUp: { deploymentId: string; reason: string } | undefined

  constructor(ports: FollowPorts) {
    this.#ports = ports
    this.#manifests = new KnownManifests(ports.home, ports.recipient, ports.log)
    this.#reporter = new Reporter(ports)
    ports.generations.onFunctionFailed?.((deploymentId, reason) => {
      this.#inTurn(() => this.#retreatFrom(deploymentId, reason)).catch((err: unknown) =>
        ports.log.error({ err }, 'cannot go back to the deployment before'),
      )
    })
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(step)
    this.#turn = result.catch(() => undefined)
    return result
  }

  async #retreatFrom(deploymentId: string, reason: string): Promise<void> {
    if (this.#servingId !== deploymentId) return
    this.#givenUp = { deploymentId, reason }
    await retreat(deploymentId, await this.#manifests.deployments(), this.#ports)
    await this.report()
  }

  get #servingId(): string | undefined {
    return this.#ports.generations.serving?.deployment.id
  }

  /** Brings up the last good deployment from disk alone; the one before it where that fails. */
  async boot(): Promise<void> {
    const news = await this.#manifests.load()
    if (news !== undefined) this.#reporter.tell(news)
    await this.#bootAny()
  }

  async #bootAny(): Promise<void> {
    const known = await this.#manifests.deployments()
    for (const { stored, deployment, manifest } of known) {
      try {
        await this.#start(deployment)
        switchTo(deployment, manifest.edges, this.#ports)
        this.#ports.log.info({ deployment: deployment.id }, 'serving the last good deployment')
        if (this.#manifests.isCurrent(stored)) this.#etag = stored.etag
        if (manifest.tier === 'edge') await this.#startBeside(known, deployment)
        return
      } catch (err) {
        this.#ports.log.error({ err }, 'cannot boot a deployment from disk')
        this.#reporter.tell(`cannot boot a deployment from disk: ${messageOf(err)}`)
      }
    }
  }

  /** An edge device that restarts in the middle of a rollout is still asked for the half before. */
  async #startBeside(known: readonly { deployment: Deployment }[], serving: Deployment): Promise<void> {
    for (const { deployment } of known) {
      if (deployment.id === serving.id || this.#ports.limits.generationsMax === 1) continue
      try {
        await this.#ports.generations.start(deployment)
      } catch (err) {
        this.#ports.log.error({ err }, 'cannot start the deployment before beside')
      }
    }
  }

  /** One round: look after what is there, ask for what is wanted, act on it. Throws what should be tried again. */
  async step(signal: AbortSignal): Promise<void> {
    await this.#checkIfDue(signal)
    const { received } = await this.#ports.client.manifest(this.#etag, signal)
    if (!received) {
      await this.#tidy()
      return this.report()
    }
    try {
      const accepted = await this.#manifests.accept(received, this.#servingId)
      if (accepted) await this.#inTurn(() => this.#install(accepted, signal))
      else await this.#tidy()
    } catch (error) {
      // Where the old one had to stop for the new one, it comes back.
      if (this.#servingId === undefined) {
        await this.#inTurn(() => this.#bootAny())
        this.#nextCheckAt = 0
      }
      const sequence = error instanceof ManifestRefused ? {} : { sequence: this.#manifests.seenSequence }
      await this.report({ state: 'failed', message: messageOf(error), ...sequence })
      throw error
    }
    this.#etag = received.etag
    await this.report()
  }

  async #install(wanted: Known, signal: AbortSignal): Promise<void> {
    const { log, limits, evictable } = this.#ports
    const { sequence, deployment } = wanted.manifest
    const kept = await this.#manifests.deployments()
    // What to boot where this one fails: the newest that is not itself, since a manifest may be renewed.
    const fallback = kept.find((k) => k.deployment.id !== deployment?.id)
    const first = await this.#stopFirst(wanted.manifest)
    await this.report({ state: 'installing', sequence, message: first.message })
    await install(wanted.manifest, {
      ...this.#ports,
      start: (d) => this.#start(d),
      images: evictable(),
      captures: this.#ports.captures,
      budgetBytes: limits.diskBudgetBytes,
      signal,
      fallback: fallback?.deployment ?? null,
      kept: kept.map((k) => k.deployment),
      stopFirst: new Set(first.ids),
      remember: () => this.#manifests.remember(wanted, fallback?.stored ?? null),
    })
    this.#isTidy = true
    this.#givenUp = undefined
    if (first.message) this.#reporter.tell(first.message)
    log.info({ sequence, deployment: deployment?.id ?? null }, 'manifest installed')
  }

  async #start(deployment: Deployment): Promise<void> {
    const before = process.memoryUsage.rss()
    await this.#ports.generations.start(deployment)
    this.#grownBytes = Math.max(0, process.memoryUsage.rss() - before)
  }

  async #stopFirst({ deployment, tier }: Manifest): Promise<{ ids: string[]; message: string }> {
    const running = this.#ports.generations.running()
    if (!deployment || running.some((d) => d.id === deployment.id)) return { ids: [], message: '' }
    const neededBytes = generationBytes(deployment, tier, this.#grownBytes)
    const availableBytes = await availableMemoryBytes()
    const { generationsMax } = this.#ports.limits
    const takes = running.map((d) => ({ id: d.id, bytes: generationBytes(d, tier) }))
    const ids = stopFirst({ running: takes, neededBytes, availableBytes, generationsMax })
    if (ids.length === 0) return { ids, message: '' }
    const why =
      generationsMax === 1
        ? 'by its settings'
        : `it needs ${neededBytes} bytes, ${availableBytes} are available`
    return { ids, message: `old generations stop before the new one starts: ${why}` }
  }

  /** At the first round and then by the hour. What fails here is told and does not keep a new manifest from coming. */
  async #checkIfDue(signal: AbortSignal): Promise<void> {
    if (Date.now() < this.#nextCheckAt) return
    try {
      await this.#inTurn(() => this.#mend(signal))
      this.#nextCheckAt = Date.now() + CHECK_EVERY_MS
    } catch (err) {
      if (signal.aborted) throw err
      this.#nextCheckAt = Date.now() + CHECK_AGAIN_MS
      this.#ports.log.error({ err }, 'cannot mend what is on disk')
      this.#reporter.tell(`cannot mend what is on disk: ${messageOf(err)}`)
    }
  }

  /** Fetches again what is missing or has changed on disk; who serves goes on from memory meanwhile. */
  async #mend(signal: AbortSignal): Promise<void> {
    const { store, client } = this.#ports
    for (const { stored, manifest, deployment } of await this.#manifests.deployments()) {
      const refs = artifactsOf(deployment, manifest.tier, manifest.edges)
      for (const ref of await mendArtifacts(refs, { store, client, signal }))
        this.#reporter.tell(`artifact ${ref.digest} was not whole on disk and was fetched again`)
      const isGivenUp = deployment.id === this.#givenUp?.deploymentId
      if (this.#manifests.isCurrent(stored) && this.#servingId !== deployment.id && !isGivenUp)
        await this.#install({ stored, manifest }, signal)
    }
  }

  /**
   * What an update left that was struck between its switch and its end. Not before the control plane has said that
   * there is nothing new: what looks like garbage after a crash may be half of what comes next.
   */
  async #tidy(): Promise<void> {
    if (this.#isTidy) return
    const kept = await this.#manifests.deployments()
    if (kept.length === 0) return
    const refs = kept.flatMap(({ deployment, manifest }) => artifactsToKeep(deployment, manifest.tier))
    await collect(this.#ports.store, new Set(refs.map((ref) => ref.digest)))
    this.#isTidy = true
  }

  report(more: Partial<DeviceReport> = {}): Promise<void> {
    const { deploymentId, reason } = this.#givenUp ?? {}
    const failed = {
      state: 'failed',
      message: `the function of deployment ${deploymentId} is given up: ${reason}`,
    } as const
    return this.#reporter.report(this.#manifests.sequence, { ...(this.#givenUp ? failed : {}), ...more })
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown')

// A device as its agent sees it: identity, store, state, manifest and spool are the real ones; only a generation is
// a stand-in that reads what a real one reads and refuses a mix of two deployments. Boots from a folder, updates,
// and says what it has made safe.

import path from 'node:path'
import type { Logger } from 'pino'
import type { DecisionRecord } from '#contract/decision.ts'
import type { Deployment } from '#contract/deployment.ts'
import type { Tier } from '#contract/tier.ts'
import { ArtifactStore } from '#platform/artifact-store.ts'
import { type ControlClient, ControlError, controlClient } from '#workers/agent/control-client.ts'
import { openIdentity } from '#workers/agent/identity.ts'
import type { GenerationsPort } from '#workers/agent/install.ts'
import { DecisionSpool } from '#workers/agent/spool/decision-spool.ts'
import { uploadDecisions } from '#workers/agent/spool/upload-decisions.ts'
import { ManifestFollower } from '#workers/agent/update/follow-manifest.ts'
import { artifactsOf } from '#workers/agent/update/plan.ts'
import { DEFAULT_LIMITS, type DeviceLimits } from '#workers/agent/upkeep/limits.ts'
import { DEVICE_ID } from './world.ts'

const quiet = () => undefined
const LOG = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet } as unknown as Logger

/** Starts only what is whole and of one deployment. */
export class CheckedGenerations implements GenerationsPort {
  readonly driver = 'thread'
  readonly #store: ArtifactStore
  readonly #tier: Tier
  readonly #running = new Map<string, Deployment>()
  serving: { readonly deployment: Deployment } | undefined
  /** Ids that fail to start. */
  readonly broken = new Set<string>()
  /** What was done, in order. */
  readonly log: string[] = []

  constructor(store: ArtifactStore, tier: Tier = 'local') {
    this.#store = store
    this.#tier = tier
  }

  running(): Deployment[] {
    const all = [...this.#running.values()]
    return all.sort(
      (a, b) => Number(b.id === this.serving?.deployment.id) - Number(a.id === this.serving?.deployment.id),
    )
  }

  async start(deployment: Deployment): Promise<void> {
    if (this.#running.has(deployment.id)) return
    this.log.push(`start ${deployment.id}`)
    if (this.broken.has(deployment.id)) throw new Error('the function does not start')
    for (const ref of artifactsOf(deployment, this.#tier)) {
      const head = (await this.#store.readVerified(ref.digest)).toString().split('\n')[0]!
      if (!head.endsWith(` of ${deployment.version}`) && head !== 'labels of all')
        throw new Error(`"${head}" is not of deployment ${deployment.version}`)
    }
    this.#running.set(deployment.id, deployment)
  }

  switchTo(deploymentId: string): void {
    this.log.push(`switch ${deploymentId}`)
    this.serving = { deployment: this.#running.get(deploymentId)! }
  }

  async stop(deploymentId: string): Promise<void> {
    if (this.serving?.deployment.id === deploymentId) return
    if (this.#running.delete(deploymentId)) this.log.push(`stop ${deploymentId}`)
  }

  #onFailed: (deploymentId: string, reason: string) => void = () => undefined

  onFunctionFailed(listener: (deploymentId: string, reason: string) => void): () => void {
    this.#onFailed = listener
    return () => undefined
  }

  /** As the watchdog does when it gives a function up. */
  giveUp(deploymentId: string, reason: string): void {
    this.#onFailed(deploymentId, reason)
  }

  async stopAll(): Promise<void> {
    this.log.push('stop all')
    this.serving = undefined
    this.#running.clear()
  }
}

const unreachable = async () => {
  throw new ControlError('unreachable', 'no network')
}
const NO_NETWORK = {
  manifest: unreachable,
  artifact: unreachable,
  report: unreachable,
  sendDecisions: unreachable,
} as unknown as ControlClient

export interface CrashDevice {
  readonly follower: ManifestFollower
  readonly generations: CheckedGenerations
  readonly store: ArtifactStore
  readonly images: ArtifactStore
  readonly spool: DecisionSpool
  readonly client: ControlClient
  /** One round of the agent's loop. */
  step(): Promise<void>
}

export interface DeviceOptions {
  readonly home: string
  /** Undefined: no network. */
  readonly url?: string | undefined
  readonly limits?: DeviceLimits
  readonly tier?: Tier
}

/** As a worker starts: sweeps, reads who it is, boots from disk. */
export async function bootDevice({
  home,
  url,
  limits = DEFAULT_LIMITS,
  tier = 'local',
}: DeviceOptions): Promise<CrashDevice> {
  const store = new ArtifactStore(path.join(home, 'artifacts'))
  const images = new ArtifactStore(path.join(home, 'images'))
  await store.sweep()
  const spool = await DecisionSpool.open(home)
  const { enrolment } = await openIdentity(home)
  const client = url === undefined ? NO_NETWORK : controlClient(url, async () => 'token')
  const generations = new CheckedGenerations(store, tier)
  const follower = new ManifestFollower({
    home,
    recipient: { deviceId: DEVICE_ID, tier, manifestKeys: enrolment!.manifestKeys },
    client,
    store,
    evictable: () => images,
    generations,
    offload: { retarget: quiet },
    limits,
    url: 'http://127.0.0.1:1',
    log: LOG,
  })
  await follower.boot()
  const step = () => follower.step(new AbortController().signal)
  return { follower, generations, store, images, spool, client, step }
}

export const decided = (label: number): Omit<DecisionRecord, 'sequence'> => ({
  at: '2026-01-01T00:00:00.000Z',
  deploymentId: 'dep-1',
  tier: 'local',
  label,
  score: 0.5,
  decision: { router: 'forest', version: 1, score: 0.1, threshold: 0.5, reason: 'routed' },
  totalMs: 3,
  energyJ: 0.01,
  byFallback: false,
})

/** An update as it happens in the field, with decisions before and after it. `onSafe` hears what may not be lost. */
export async function liveThroughUpdate(
  options: DeviceOptions,
  onSafe: (lastSequence: number) => void,
): Promise<void> {
  const device = await bootDevice(options)
  const decide = async (label: number) => {
    device.spool.add(decided(label))
    await device.spool.sync()
    onSafe(label)
  }
  await decide(1)
  await decide(2)
  await device.step()
  await decide(3)
  await uploadDecisions(device.spool, device.client)
  await decide(4)
}

// A device that does what its manifest says, through the device API with a key of its own, but runs nothing: it
// polls, verifies, "installs" and reports. What it would run is what a worker's plan runs: the deployment it was
// told, and at the edge the one before beside it.

import { compactVerify, importJWK } from 'jose'
import { Manifest } from '#contract/manifest.ts'
import type { Tier } from '#contract/tier.ts'
import { type Control, jsonBody } from './control-rig.ts'
import { enrolDevice, type FakeDevice } from './fake-device.ts'

export class SimulatedDevice {
  readonly name: string
  readonly tier: Tier
  readonly device: FakeDevice
  readonly #control: Control
  /** The serving one first. */
  running: string[] = []
  edges: string[] = []
  sequence = 0
  /** Deployments that it cannot activate. */
  readonly broken = new Set<string>()
  isBroken = (deploymentId: string): boolean => this.broken.has(deploymentId)
  /** Away: neither polls nor reports. */
  isAway = false
  #decisions = 0

  constructor(control: Control, place: { name: string; tier: Tier }, device: FakeDevice) {
    this.#control = control
    this.name = place.name
    this.tier = place.tier
    this.device = device
  }

  static async enrol(
    control: Control,
    place: { name: string; tier: Tier; group: string },
  ): Promise<SimulatedDevice> {
    return new SimulatedDevice(control, place, await enrolDevice(control, place))
  }

  get serving(): string | null {
    return this.running[0] ?? null
  }

  async manifest(): Promise<Manifest> {
    const answer = await this.device.send('/manifest')
    if (answer.status !== 200) throw new Error(`the manifest came with ${answer.status}`)
    const key = await importJWK(this.#control.ctx.signer.publicKey, 'EdDSA')
    const { payload } = await compactVerify(await answer.text(), key)
    return Manifest.parse(JSON.parse(new TextDecoder().decode(payload)))
  }

  /** One turn of the agent's loop. */
  async poll(): Promise<void> {
    if (this.isAway) return
    const { sequence, deployment, edges } = await this.manifest()
    if (sequence < this.sequence) throw new Error(`sequence ${sequence} after ${this.sequence}`)
    if (sequence === this.sequence && deployment?.id === (this.serving ?? undefined))
      return this.#report('serving')
    if (deployment && this.isBroken(deployment.id)) {
      this.sequence = sequence
      return this.#report('failed', `cannot start ${deployment.id}`)
    }
    this.sequence = sequence
    this.edges = edges.map((edge) => edge.url)
    if (deployment) this.#run(deployment.id)
    await this.#report('serving')
  }

  #run(id: string): void {
    const previous = this.running.find((other) => other !== id)
    this.running = this.tier === 'edge' && previous !== undefined ? [id, previous] : [id]
  }

  async #report(state: 'serving' | 'failed', message = ''): Promise<void> {
    const { status } = await this.device.report({
      state: this.serving === null && state === 'serving' ? 'idle' : state,
      message,
      sequence: this.sequence,
      servingDeploymentId: this.serving,
    })
    if (status !== 204) throw new Error(`the report ended with ${status}`)
  }

  /** Answers images by what it serves. */
  async decide(
    count: number,
    how: { edge?: number; fallback?: number; totalMs?: number } = {},
  ): Promise<void> {
    const { edge = 0.2, fallback = 0, totalMs = 20 } = how
    const decisions = Array.from({ length: count }, (_, i) => ({
      sequence: ++this.#decisions,
      at: new Date().toISOString(),
      deploymentId: this.serving,
      tier: i < edge * count ? 'edge' : 'local',
      label: 1,
      score: 0.9,
      decision: { router: 'confidence', version: 1, score: 0.3, threshold: 0.5, reason: 'routed' },
      totalMs,
      energyJ: 0.4,
      byFallback: i < fallback * count,
    }))
    const { status } = await this.device.send('/decisions', jsonBody({ decisions }))
    if (status !== 200) throw new Error(`the decisions ended with ${status}`)
  }
}

/** Local devices that serve a pair whose edge half none of their edge devices runs: there must never be one. */
export function halfPairs(fleet: readonly SimulatedDevice[]): string[] {
  const runningAt = new Map(fleet.filter((d) => d.tier === 'edge').map((d) => [d.device.url, d.running]))
  return fleet
    .filter((d) => d.tier === 'local' && d.serving !== null)
    .filter((d) => !d.edges.some((url) => runningAt.get(url)?.includes(d.serving!)))
    .map((d) => d.name)
}

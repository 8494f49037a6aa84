// The generations that run on this device. A switch is one assignment: requests that have begun keep their
// generation, the next one takes the new. Starts and stops may overlap: a start that is asked for twice is one,
// and what starts after the worker was told to end is stopped again.

import type { Deployment } from '#contract/deployment.ts'
import type { FunctionDriver } from '../host/function-host.ts'
import { Generation } from './generation.ts'
import type { GenerationPorts } from './generation-parts.ts'

/** Told at most once a generation, also of one that does not serve (any more). */
export type FunctionFailedListener = (deploymentId: string, reason: string) => void

export class Generations implements AsyncDisposable {
  readonly #ports: GenerationPorts
  readonly #running = new Map<string, Generation>()
  readonly #starting = new Map<string, Promise<void>>()
  readonly #listeners = new Set<FunctionFailedListener>()
  #serving: Generation | undefined
  #isClosed = false
  #lastCostBytes: number | undefined

  constructor(ports: GenerationPorts) {
    this.#ports = ports
  }

  /** Of the one that serves; before one does, what functions get here. */
  get driver(): FunctionDriver {
    return this.#serving?.driver ?? this.#ports.host.driver
  }

  get serving(): Generation | undefined {
    return this.#serving
  }

  /**
   * What the last start has added to the memory of this process, with the function's and vision's processes: an
   * estimate for the next one. Undefined before the first. Low where the allocator had room left from a stopped generation.
   */
  get lastCostBytes(): number | undefined {
    return this.#lastCostBytes
  }

  /** The generation of a deployment that still runs here, serving or not. */
  find(deploymentId: string): Generation | undefined {
    return this.#running.get(deploymentId)
  }

  /** The serving one first. */
  running(): Deployment[] {
    const all = [...this.#running.values()].map((g) => g.deployment)
    return all.sort(
      (a, b) => Number(b.id === this.#serving?.deployment.id) - Number(a.id === this.#serving?.deployment.id),
    )
  }

  /** The watchdog has given a function up: its generation serves on by the built-in path. Returns the way out. */
  onFunctionFailed(listener: FunctionFailedListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async start(deployment: Deployment): Promise<void> {
    const { id } = deployment
    if (this.#running.has(id)) return
    const starting = this.#starting.get(id) ?? this.#start(deployment)
    this.#starting.set(id, starting)
    try {
      await starting
    } finally {
      this.#starting.delete(id)
    }
  }

  async #start(deployment: Deployment): Promise<void> {
    const before = process.memoryUsage.rss()
    const generation = await Generation.start(deployment, this.#ports, (reason) =>
      this.#tell(deployment.id, reason),
    )
    const grownBytes = Math.max(0, process.memoryUsage.rss() - before)
    const { functionProcess, visionProcess } = generation
    this.#lastCostBytes = grownBytes + (functionProcess.rssBytes ?? 0) + (visionProcess.rssBytes ?? 0)
    if (this.#isClosed) return generation[Symbol.asyncDispose]()
    this.#running.set(deployment.id, generation)
  }

  #tell(deploymentId: string, reason: string): void {
    for (const listener of this.#listeners) {
      try {
        listener(deploymentId, reason)
      } catch (err) {
        // Thrown on, it would end the watchdog that tells.
        this.#ports.log.error({ err }, 'a listener for failed functions failed')
      }
    }
  }

  switchTo(deploymentId: string): void {
    const next = this.#running.get(deploymentId)
    if (!next) throw new RangeError(`deployment "${deploymentId}" does not run here`)
    this.#serving = next
  }

  async stop(deploymentId: string): Promise<void> {
    const old = this.#running.get(deploymentId)
    if (!old || old === this.#serving) return
    this.#running.delete(deploymentId)
    await old[Symbol.asyncDispose]()
  }

  /** Drains all, also the one that serves; nothing does until another one is started and switched to. */
  async stopAll(): Promise<void> {
    this.#serving = undefined
    const all = [...this.#running.values()]
    this.#running.clear()
    await Promise.all(all.map((g) => g[Symbol.asyncDispose]()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    await Promise.all([
      this.stopAll(),
      ...[...this.#starting.values()].map((starting) => starting.catch(() => undefined)),
    ])
  }
}

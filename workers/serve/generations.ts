// The generations that run on this device, newest serving first. A switch is one assignment: requests that have
// begun keep their generation, the next one takes the new.

import type { Deployment } from '#contract/deployment.ts'
import type { FunctionDriver } from '../host/function-host.ts'
import { Generation, type GenerationPorts } from './generation.ts'

export class Generations implements AsyncDisposable {
  readonly #ports: GenerationPorts
  readonly #running = new Map<string, Generation>()
  #serving: Generation | undefined

  constructor(ports: GenerationPorts) {
    this.#ports = ports
  }

  get driver(): FunctionDriver {
    return this.#ports.host.driver
  }

  get serving(): Generation | undefined {
    return this.#serving
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

  async start(deployment: Deployment): Promise<void> {
    if (!this.#running.has(deployment.id))
      this.#running.set(deployment.id, await Generation.start(deployment, this.#ports))
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

  async [Symbol.asyncDispose](): Promise<void> {
    this.#serving = undefined
    const all = [...this.#running.values()]
    this.#running.clear()
    await Promise.all(all.map((g) => g[Symbol.asyncDispose]()))
  }
}

// A control plane with a router that may be promoted, and fleets of simulated devices in groups of their own.

import { advanceRollouts } from '#admin/jobs/rollout-driver.ts'
import type { Tier } from '#contract/tier.ts'
import type { TestDatabase } from '#test/harness/database.ts'
import { type Control, openControl, trained } from './control-rig.ts'
import { measurePair } from './measured-pair.ts'
import { halfPairs, SimulatedDevice } from './simulated-device.ts'

export interface RolloutRig extends AsyncDisposable {
  readonly control: Control
  readonly router: string
  fleet(sizes: { local: number; edge: number }, group?: string): Promise<SimulatedFleet>
  state(rolloutId: string): Promise<string>
  /** As if the rollout's clocks had been started so long ago. */
  age(rolloutId: string, seconds: number): Promise<unknown>
}

/** A quarter, half, then all. */
export const STAGES = [{ share: 0.25 }, { share: 0.5 }, {}]

export async function openRolloutRig(given?: TestDatabase): Promise<RolloutRig> {
  const control = await openControl(given)
  await measurePair(control)
  const router = (await trained(control, { kind: 'confidence', folds: 2 })).id
  let groups = 0
  return {
    control,
    router,
    async fleet(sizes, group = `field-${++groups}`) {
      const fleet = new SimulatedFleet(control, router, group)
      for (const tier of ['edge', 'local'] as const)
        for (let i = 0; i < sizes[tier]; i++) await fleet.join(tier)
      return fleet
    },
    state: async (id) => (await control.admin.rollouts.get.query({ id })).state,
    age: (id, seconds) =>
      control.database.pool.query(
        `update staged_rollouts set clock_from = clock_from - make_interval(secs => $2),
           soak_from = soak_from - make_interval(secs => $2) where id = $1`,
        [id, seconds],
      ),
    [Symbol.asyncDispose]: () => control[Symbol.asyncDispose](),
  }
}

type Promotion = Parameters<Control['admin']['rollouts']['promote']['mutate']>[0]

export class SimulatedFleet {
  readonly group: string
  readonly devices: SimulatedDevice[] = []
  readonly #control: Control
  readonly #router: string
  #promotions = 0

  constructor(control: Control, router: string, group: string) {
    this.#control = control
    this.#router = router
    this.group = group
  }

  async join(tier: Tier): Promise<SimulatedDevice> {
    const name = `${this.group}-${tier}-${this.of(tier).length}`
    const device = await SimulatedDevice.enrol(this.#control, { name, tier, group: this.group })
    this.devices.push(device)
    return device
  }

  of(tier: Tier): SimulatedDevice[] {
    return this.devices.filter((d) => d.tier === tier)
  }

  /** Each call another deployment, told apart by its policy, unless `more` brings one. */
  async promote(more: Partial<Promotion> = {}) {
    const policy = { edgeDeadlineMs: 500 + ++this.#promotions }
    return this.#control.admin.rollouts.promote.mutate({
      router: this.#router,
      group: this.group,
      policy,
      ...more,
    })
  }

  /** Every device polls once, in turn, and the driver looks once. No pair is ever run by half, unless it was before. */
  async turn(count = 1): Promise<void> {
    const before = new Set(halfPairs(this.devices))
    for (let i = 0; i < count; i++) {
      for (const device of this.devices) {
        await device.poll()
        const broken = halfPairs(this.devices).filter((name) => !before.has(name))
        if (broken.length > 0) throw new Error(`${broken.join(', ')} run a pair by half`)
      }
      await advanceRollouts(this.#control.ctx)
    }
  }

  /** A deployment that all of the fleet serves. */
  async settle() {
    const { deployment } = await this.promote()
    await this.turn(3)
    return deployment
  }

  serving(deploymentId: string, tier: Tier = 'local'): number {
    return this.of(tier).filter((d) => d.serving === deploymentId).length
  }

  manifestOfEdge() {
    return this.of('edge')[0]!.manifest()
  }

  view(id: string) {
    return this.#control.admin.rollouts.get.query({ id })
  }

  async current() {
    const { items } = await this.#control.admin.rollouts.history.query({ group: this.group, limit: 1 })
    return items[0]
  }
}

// The energy of one job: idle first, then batch after batch, then the sum. A meter that fails on a batch costs that
// batch alone; one that could not be read at all is replaced by the model, and the figure says so. The images are
// measured once, and a sensor that comes loose is no reason to throw them away.

import type { Energy } from '#contract/outcome.ts'
import { accountEnergy, type IdlePower, type MeteredStretch } from '#core/profile/account-energy.ts'
import type { ActivePower } from '../config.ts'
import { type EnergyMeter, type Measurement, MeterFailed } from './energy-meter.ts'
import { measureIdle } from './measure-idle.ts'
import { modelMeter } from './model-meter.ts'

export interface JobMeterPorts {
  readonly meter: EnergyMeter
  /** How long idle is measured before a job; a model needs none. */
  readonly idleSeconds: number
  readonly power: ActivePower
  readonly signal: AbortSignal
}

export interface Work {
  readonly images: number
  /** Of it the device computed for so long. */
  readonly busySeconds: number
}

export class JobMeter {
  readonly #ports: JobMeterPorts
  readonly #idle: IdlePower | undefined
  readonly #stretches: MeteredStretch[] = []
  readonly #done: Work[] = []
  #times: { readonly startedAt: string; readonly endedAt: string } | undefined
  #failure: string | undefined

  private constructor(ports: JobMeterPorts, idle: IdlePower | MeterFailed) {
    this.#ports = ports
    if (idle instanceof MeterFailed) this.#failure = idle.message
    else this.#idle = idle
  }

  static async open(ports: JobMeterPorts): Promise<JobMeter> {
    return new JobMeter(
      ports,
      await measureIdle(ports.meter, ports.idleSeconds, ports.signal).catch(unlessMeterFailed),
    )
  }

  /** Runs the work under the meter and answers what it answers. */
  async watch<T extends Work>(work: () => Promise<T>): Promise<T> {
    const measurement = this.#idle ? await this.#ports.meter.start().catch(unlessMeterFailed) : undefined
    await using _ = measurement instanceof MeterFailed ? undefined : measurement
    const startedAt = this.#times?.startedAt ?? new Date().toISOString()
    const done = await work()
    this.#times = { startedAt, endedAt: new Date().toISOString() }
    this.#done.push(done)
    if (measurement instanceof MeterFailed) this.#failure = measurement.message
    else if (measurement) await this.#read(measurement, done)
    return done
  }

  async #read(measurement: Measurement, { images, busySeconds }: Work): Promise<void> {
    const read = await measurement.stop(busySeconds).catch(unlessMeterFailed)
    if (read instanceof MeterFailed) this.#failure = read.message
    else this.#stretches.push({ ...read, images })
  }

  /** Once something was watched. */
  async energy(): Promise<Energy> {
    const { meter, power } = this.#ports
    const times = this.#times!
    if (this.#idle && this.#stretches.length > 0)
      return accountEnergy({
        ...times,
        method: meter.method,
        source: `${meter.source}${this.#remarks()}`,
        stretches: this.#stretches,
        idle: this.#idle,
      })
    const model = modelMeter(power)
    const stretches = await Promise.all(
      this.#done.map(async (work) => ({
        ...(await (await model.start()).stop(work.busySeconds)),
        images: work.images,
      })),
    )
    const source = `${model.source}; the meter could not be read: ${this.#failure}`
    return accountEnergy({ ...times, method: 'model', source, stretches, idle: { watts: 0, seconds: 0 } })
  }

  #remarks(): string {
    const { meter } = this.#ports
    const watched = this.#stretches.reduce((sum, s) => sum + s.images, 0)
    const all = this.#done.reduce((sum, w) => sum + w.images, 0)
    return [
      ...(meter.isWithIdle ? ['; reading and decoding the images included'] : []),
      ...(meter.isWithIdle && this.#idle!.seconds === 0 ? ['; idle not taken off'] : []),
      ...(watched < all ? [`; ${all - watched} of ${all} images left out: ${this.#failure}`] : []),
    ].join('')
  }
}

function unlessMeterFailed(error: unknown): MeterFailed {
  if (error instanceof MeterFailed) return error
  throw error
}

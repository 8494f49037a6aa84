// The port of all energy meters. A meter is chosen once, at the start of the worker; a measurement is one stretch
// of work that it watches. What a meter reads is all that flows through it: idle is taken off by who measures.

export type MeterMethod = 'rapl' | 'ina3221' | 'hwmon' | 'model'

export interface MeterReading {
  readonly joules: number
  readonly seconds: number
  /** Null where nothing is sampled. */
  readonly sampleIntervalMs: number | null
  readonly samples: number
  /** Times that more than three intervals passed without a sample that could be read. */
  readonly gaps: number
  readonly source: string
}

/** Left alone it is disposed of without a reading. */
export interface Measurement extends AsyncDisposable {
  /**
   * `busySeconds`: how much of the time the device computed, as who measures knows it; only a meter that cannot
   * look at the device makes use of it. Throws MeterFailed where too little could be read.
   */
  stop(busySeconds: number): Promise<MeterReading>
}

export interface EnergyMeter {
  readonly method: MeterMethod
  /** The rail, the package or the watts, for people. */
  readonly source: string
  /** Whether it reads what the device draws altogether, so that idle has to be taken off. */
  readonly isWithIdle: boolean
  /** Throws MeterFailed. */
  start(): Promise<Measurement>
}

/** What a driver found: a meter, or why there is none. */
export type FoundMeter = { readonly meter: EnergyMeter } | { readonly why: string }

/** A meter that was there and cannot be read any more; the work that it watched goes on. */
export class MeterFailed extends Error {
  override readonly name = 'MeterFailed'
}

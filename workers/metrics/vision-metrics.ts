// What a monitor reads of the model behind the front door: how many images it takes at once, how many it has taken, and
// which images were refused, by the closed list of codes that clients get. Of the vision process that runs now: its
// counters begin anew with each life, as Prometheus expects of counters. One that does not answer at once is left out:
// a look at a worker must not wait for what is wrong with it.

import { Counter, Gauge, type Registry } from 'prom-client'

export interface VisionState {
  readonly batchMax: number
  readonly deaths: number
  /** Undefined where it does not answer in time. */
  usage(): Promise<{ readonly runs: number; readonly images: number } | undefined>
}

/** Tells the registry of an image that was refused. */
export type RefusalObserver = (code: string) => void

export function visionMetrics(registry: Registry, serving: () => VisionState | undefined): RefusalObserver {
  const registers = [registry]
  new Gauge({
    name: 'tandem_vision_batch_max',
    help: 'How many images go through the model at once, as was found best at its start',
    registers,
    collect() {
      this.set(serving()?.batchMax ?? 0)
    },
  })
  new Gauge({
    name: 'tandem_vision_deaths',
    help: 'How often the vision process of the serving deployment has died since it started',
    registers,
    collect() {
      this.set(serving()?.deaths ?? 0)
    },
  })
  countInference(registry, serving)
  const refused = new Counter({
    name: 'tandem_refused_images_total',
    help: 'Images that were refused, by the code that the client got',
    labelNames: ['code'] as const,
    registers,
  })
  // From the first look on: a monitor tells a rise from nothing by it.
  refused.inc({ code: 'late' }, 0)
  return (code) => refused.inc({ code })
}

/** By one question a look: runs and images that belong together. */
function countInference(registry: Registry, serving: () => VisionState | undefined): void {
  let asked: ReturnType<VisionState['usage']> | undefined
  const usage = async () => {
    asked ??= serving()?.usage()
    const answer = await asked
    asked = undefined
    return answer ?? { runs: 0, images: 0 }
  }
  const count = (name: string, help: string, of: 'runs' | 'images') =>
    new Counter({
      name,
      help,
      registers: [registry],
      async collect() {
        const now = (await usage())[of]
        this.reset()
        this.inc(now)
      },
    })
  count('tandem_inference_images_total', 'Images that went through the model', 'images')
  count(
    'tandem_inference_runs_total',
    'Runs of the model; fewer than images where several went together',
    'runs',
  )
}

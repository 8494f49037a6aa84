// The near end of bare-loop-child.ts: the yardstick of serving as a contender.

import { ask, type Contender, type Round, resident } from '../rig/contender.ts'
import { cpuMsOf } from '../rig/process-tree.ts'
import type { Workload } from '../rig/workload.ts'
import type { BareSteps } from './bare-loop-child.ts'

const WARM_UP_MS = 2_000

export interface BareLoop extends Contender {
  steps(images: number): Promise<BareSteps>
  /** The best class of every image of the workload. */
  classes(): Promise<number[]>
}

export async function bareLoop({ model, images }: Workload): Promise<BareLoop> {
  const child = resident('../bare/bare-loop-child.ts', ['--import', 'tsx'])
  await ask(child, { setup: { file: model.file, contract: model.contract, images } })
  const run = async (concurrency: number, durationMs: number): Promise<Round> => {
    const before = await cpuMsOf(child.pid!)
    const round = await ask<Omit<Round, 'cpuMs'>>(child, { round: { concurrency, durationMs } })
    return { ...round, cpuMs: (await cpuMsOf(child.pid!)) - before }
  }
  return {
    name: 'bare loop',
    run,
    // It has next to no code of its own to optimize.
    async warmUp(concurrency) {
      await run(concurrency, WARM_UP_MS)
    },
    steps: (count) => ask<BareSteps>(child, { steps: { images: count } }),
    classes: () => ask<number[]>(child, { labels: true }),
    async [Symbol.asyncDispose]() {
      child.kill()
    },
  }
}

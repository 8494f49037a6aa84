// The near end of bare-loop-child.ts: the yardstick of serving as a contender.

import { ask, type Contender, type Round, resident } from '../rig/contender.ts'
import { cpuMsOf } from '../rig/process-tree.ts'
import type { Workload } from '../rig/workload.ts'
import type { BareSteps } from './bare-loop-child.ts'

export interface BareLoop extends Contender {
  steps(images: number): Promise<BareSteps>
  /** The best class of every image of the workload. */
  classes(): Promise<number[]>
}

export async function bareLoop({ model, images }: Workload): Promise<BareLoop> {
  const child = resident('../bare/bare-loop-child.ts', ['--import', 'tsx'])
  await ask(child, { setup: { file: model.file, contract: model.contract, images } })
  return {
    name: 'bare loop',
    async run(concurrency, durationMs) {
      const before = await cpuMsOf(child.pid!)
      const round = await ask<Omit<Round, 'cpuMs'>>(child, { round: { concurrency, durationMs } })
      return { ...round, cpuMs: (await cpuMsOf(child.pid!)) - before }
    },
    steps: (count) => ask<BareSteps>(child, { steps: { images: count } }),
    classes: () => ask<number[]>(child, { labels: true }),
    async [Symbol.asyncDispose]() {
      child.kill()
    },
  }
}

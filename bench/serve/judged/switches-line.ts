// `npm run bench switches`: switches between two deployments under load (../switches.ts, in a process of its own), in a
// size that a coffee lasts for; the full one is `node --import tsx bench/serve/switches.ts 200 100000`.

import type { BenchLine, BenchOptions } from '../../bench-line.ts'
import { runScript } from '../../report/run-script.ts'
import type { Switched } from '../switches.ts'

const BAR = 1.5

export async function benchSwitches({ quick }: BenchOptions): Promise<BenchLine[]> {
  const args = quick ? ['3', '400'] : ['40', '12000']
  const told = await runScript<Switched>('bench/serve/switches.ts', args)
  if (!told) throw new Error('Cannot measure switches: bench/serve/switches.ts has left no result')
  const { ratio, lost, requests, switches, quietP99Ms, duringP99Ms, generationMb } = told
  return [
    {
      name: 'switches: requests lost',
      ratio: lost,
      bar: 0,
      unit: 'count',
      detail: `of ${requests} in ${switches} switches`,
    },
    {
      ...{ name: 'switches: p99 during a switch over that between', ratio, bar: BAR },
      detail: `${quietP99Ms.toFixed(1)} -> ${duringP99Ms.toFixed(1)} ms; a generation costs ${generationMb.toFixed(0)} MB`,
    },
  ]
}

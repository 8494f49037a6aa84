// `npm run bench lost-edge`: an edge that is lost in every way there is (../black-hole.ts, in networks of its own), judged by
// its worst way, and drawn: what requests that want the edge take over time, from well to lost to found again. Skipped
// where the kernel does not give networks (unshare, ip, tc).

import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { BenchLine, BenchOptions } from '../../bench-line.ts'
import { markdownTable } from '../../markdown-table.ts'
import { drawPlot } from '../../report/draw-plot.ts'
import { machineSentence } from '../../report/machine.ts'
import { resultsFolder } from '../../report/results-folder.ts'
import { runScript } from '../../report/run-script.ts'
import type { LostEdge, Row } from '../black-hole.ts'

const BARS = { firstMs: 250, afterMs: 1, recoveryMs: 5_000 } as const
const NAMES = {
  first: 'lost edge: added in the first second, of 250 ms',
  after: 'lost edge: added afterwards at the median, of 1 ms',
  recovery: 'lost edge: until found again, of 5 s',
  failed: 'lost edge: requests failed',
}

export async function benchLostEdge({ quick }: BenchOptions): Promise<BenchLine[]> {
  const lost = await runScript<LostEdge>('bench/serve/black-hole.ts', quick ? ['--faults', '2'] : [])
  if (!lost)
    return Object.values(NAMES).map((name) => ({
      ...{ name, ratio: Number.NaN, bar: 1 },
      detail: 'skipped: this machine gives no networks of their own (unshare, ip and tc on Linux)',
    }))
  await write(lost)
  const { rows } = lost
  // Where too few were asked there is nothing to compare.
  const worst = (of: (row: Row) => number) =>
    rows.filter((row) => !Number.isNaN(of(row))).reduce((a, b) => (of(a) > of(b) ? a : b), rows[0]!)
  const judged = (name: string, of: (row: Row) => number, bar: number, unit: string): BenchLine => {
    const row = worst(of)
    const all = rows.map((one) => of(one) / bar).filter((value) => !Number.isNaN(value))
    return {
      ...{ name, ratio: of(row) / bar, bar: 1 },
      spread: { least: Math.min(...all), most: Math.max(...all) },
      detail: `${of(row).toFixed(1)} ${unit} in the worst of ${rows.length} ways ("${row.name}")`,
    }
  }
  const failed = rows.reduce((sum, row) => sum + row.failed, 0)
  return [
    judged(NAMES.first, (row) => row.first.maxMs, BARS.firstMs, 'ms'),
    judged(NAMES.after, (row) => row.after.p50Ms, BARS.afterMs, 'ms'),
    judged(NAMES.recovery, (row) => row.recoveryMs, BARS.recoveryMs, 'ms'),
    { name: NAMES.failed, ratio: failed, bar: 0, unit: 'count', detail: `in ${rows.length} ways to be lost` },
  ]
}

async function write({ rows, times }: LostEdge): Promise<void> {
  const plot = await drawPlot('lost-edge', {
    title: 'What requests take as the edge is lost (at 0 s) and comes back (lines)',
    data: { values: onePerDot(times) },
    facet: { field: 'fault', type: 'nominal', title: null },
    columns: 3,
    spec: {
      width: 260,
      height: 150,
      layer: [
        {
          mark: { type: 'point', size: 8, filled: true, opacity: 0.6 },
          encoding: {
            x: { field: 'atS', type: 'quantitative', title: 'seconds since it was lost' },
            y: { field: 'ms', type: 'quantitative', title: 'ms', scale: { type: 'symlog', constant: 10 } },
            color: { field: 'kind', type: 'nominal', title: null },
          },
        },
        {
          mark: { type: 'rule', strokeDash: [3, 3], color: '#888' },
          encoding: { x: { aggregate: 'min', field: 'mendedS', type: 'quantitative' } },
        },
      ],
    },
  })
  const ms = (value: number, digits = 1) => value.toFixed(digits)
  const text = [
    '# An edge that is lost',
    'Made by `npm run bench lost-edge` (`bench/serve/black-hole.ts`): a device (built-in function in workerd, mobilenet_v1 of the demo) and an edge ' +
      '(inception_v4) as processes in networks of their own. Milliseconds, added to what the same client’s images took that asked for the local ' +
      'tier. Three clients ask; "waited" is how many of their images took over 100 ms more. The maxima hold the machine’s own noise. ' +
      machineSentence(),
    markdownTable(
      [
        'edge',
        'local-only p50',
        'first second: +p50',
        '+max',
        'waited',
        'afterwards: +p50',
        'pairs',
        'failed',
        'back after',
      ],
      rows.map((row) => [
        row.name,
        ms(row.localMs),
        ms(row.first.p50Ms),
        ms(row.first.maxMs, 0),
        String(row.waited),
        ms(row.after.p50Ms, 2),
        String(row.after.pairs),
        String(row.failed),
        ms(row.recoveryMs, 0),
      ]),
    ),
    `Bars: at most ${BARS.firstMs} in the first second, ${BARS.afterMs} at the median afterwards, none failed, back within ${BARS.recoveryMs}.`,
    ...(plot ? [`![](${plot})`] : []),
  ]
  await writeFile(path.join(resultsFolder(), 'black-hole.md'), `${text.join('\n\n')}\n`)
}

/** About as close as dots lie beside each other; all of them took 3 MB. */
const DOTS_PER_S = 5
const DOTS_PER_TENFOLD = 25

function onePerDot(times: LostEdge['times']): LostEdge['times'] {
  const dots = new Map<string, LostEdge['times'][number]>()
  for (const time of times) {
    const { fault, kind, atS, ms } = time
    const [x, y] = [
      Math.round(atS * DOTS_PER_S),
      Math.round(Math.log10(Math.max(0, ms) + 10) * DOTS_PER_TENFOLD),
    ]
    dots.set([fault, kind, x, y].join(), time)
  }
  return [...dots.values()]
}

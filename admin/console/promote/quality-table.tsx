// What the decisions of a stage show, with how sure that is, beside the bounds that would send it back.

import type { Answers } from '../app/trpc.ts'
import { DataTable } from '../parts/data-table.tsx'
import { milliseconds, percent, percentInterval, whole } from '../parts/format.ts'
import { StateBadge } from '../parts/state-badge.tsx'

export type StageView = Answers['rollouts']['get']['stages'][number]
type Measured = StageView['measured'][number]
type Bound = StageView['bounds'][number]

const isLatency = (what: string): boolean => what.startsWith('latency')

export const figureOf = (what: string, value: number): string =>
  isLatency(what) ? milliseconds(value) : percent(value)

const NAMES: Readonly<Record<string, string>> = {
  'offload share': 'Sent to the edge',
  'fallback share': 'Answered by the built-in path',
  'edge failure share': 'Failures of the edge',
  disagreement: 'Tiers disagree',
  'latency p95 in ms': 'Latency, 95th percentile',
}

export const nameOf = (what: string): string => NAMES[what] ?? what

export function QualityTable({ label, view }: { readonly label: string; readonly view: StageView }) {
  const rows = view.measured.flatMap((line): { line: Measured; bound: Bound | undefined }[] => {
    const bounds = view.bounds.filter(({ what }) => what === line.what)
    return (bounds.length === 0 ? [undefined] : bounds).map((bound) => ({ line, bound }))
  })
  return (
    <DataTable
      label={label}
      rows={rows}
      keyOf={({ line, bound }) => `${line.what} ${bound?.is}`}
      columns={[
        { name: 'Quality', cell: ({ line }) => nameOf(line.what) },
        { name: 'Measured, 95 % interval', isFigure: true, cell: ({ line }) => shown(line) },
        { name: 'Of', isFigure: true, cell: ({ line }) => countOf(line) },
        { name: 'Bound', isFigure: true, cell: ({ bound }) => boundOf(bound) },
        { name: 'Is', cell: ({ bound }) => (bound ? <StateBadge state={bound.verdict} /> : 'watched only') },
      ]}
    />
  )
}

function shown({ what, value, interval }: Measured): string {
  if (value === null) return 'not measured'
  return interval ? percentInterval(interval) : figureOf(what, value)
}

const countOf = ({ what, of }: Measured): string =>
  `${whole(of)} ${what === 'disagreement' ? 'audits' : 'decisions'}`

const boundOf = (bound: Bound | undefined): string =>
  bound ? `${bound.is} ${figureOf(bound.what, bound.bound)}` : '–'

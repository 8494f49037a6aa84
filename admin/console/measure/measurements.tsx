// What devices measured of one model, a row for each device and data set.

import type { Answers } from '../app/trpc.ts'
import { DataTable } from '../parts/data-table.tsx'
import { bytes, joules, milliseconds, percent, whole } from '../parts/format.ts'
import { StateBadge } from '../parts/state-badge.tsx'
import { When } from '../parts/when.tsx'
import { useNames } from './names.ts'

type Job = Answers['profiles']['list']['items'][number]
type Summary = NonNullable<Job['summary']>

const figure = (name: string, show: (summary: Summary) => React.ReactNode) => ({
  name,
  isFigure: true,
  cell: ({ summary }: Job) => (summary ? show(summary) : '–'),
})

export function Measurements({ jobs }: { readonly jobs: readonly Job[] }) {
  const names = useNames(jobs)
  return (
    <DataTable
      label="Measurements"
      rows={jobs}
      keyOf={(job) => job.id}
      minWidth={1020}
      columns={[
        { name: 'Device', cell: (job) => names.device(job.deviceId) },
        { name: 'Data set', cell: (job) => names.dataset(job.datasetId) },
        {
          name: 'State',
          cell: ({ state, message }) => (
            <span title={message}>
              <StateBadge state={state} />
            </span>
          ),
        },
        {
          name: 'Images',
          isFigure: true,
          cell: ({ state, done, total }) =>
            state === 'done' ? whole(total) : `${whole(done)} of ${whole(total)}`,
        },
        figure('Top-1', ({ top1 }) => percent(top1, 2)),
        figure('Top-5', ({ top5 }) => percent(top5, 2)),
        figure('Mean', ({ latencyMeanMs }) => milliseconds(latencyMeanMs)),
        figure('p50', ({ latencyP50Ms }) => milliseconds(latencyP50Ms)),
        figure('p95', ({ latencyP95Ms }) => milliseconds(latencyP95Ms)),
        figure('p99', ({ latencyP99Ms }) => milliseconds(latencyP99Ms)),
        figure('Energy', ({ energy }) => (
          <span title={energy.source}>
            {joules(energy.perImageJ)} ({energy.method})
          </span>
        )),
        figure('Memory', ({ peakMemoryBytes }) => bytes(peakMemoryBytes)),
        { name: 'Ended', cell: ({ finishedAt }) => (finishedAt === null ? '–' : <When at={finishedAt} />) },
      ]}
    />
  )
}

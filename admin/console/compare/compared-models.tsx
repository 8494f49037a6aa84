// The models of one data set beside each other, as every device measured them: accuracy against latency or energy, and the
// figures in one table.

import { Card, Group, SegmentedControl, Select, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { type Answers, trpc } from '../app/trpc.ts'
import type { PointSeries } from '../charts/points.ts'
import { ScatterChart } from '../charts/scatter-chart.tsx'
import { type Names, useNames } from '../measure/names.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { joules, milliseconds } from '../parts/format.ts'
import { Loaded } from '../parts/loaded.tsx'
import { ModelTable } from './model-table.tsx'

export type Model = Answers['models']['list']['items'][number]
type Job = Answers['profiles']['list']['items'][number]

/** One model on one device, newest. */
export interface Measured {
  readonly modelId: string
  readonly deviceId: string
  readonly summary: NonNullable<Job['summary']>
}

export function ComparedModels({ models }: { readonly models: readonly Model[] }) {
  const [dataset, setDataset] = useState<string | null>(null)
  const profiles = useQuery(
    trpc.profiles.list.queryOptions({ kind: 'profile', states: ['done'], newestFirst: true }),
  )
  return (
    <Loaded query={profiles}>
      {({ items }) => {
        const sets = [...new Set(items.map(({ datasetId }) => datasetId))]
        const chosen = dataset ?? sets[0]
        const measured = newestOf(items.filter(({ datasetId }) => datasetId === chosen))
        return (
          <Compared models={models} measured={measured} jobs={items}>
            {(names) =>
              sets.length > 1 && (
                <Select
                  aria-label="Data set"
                  data={sets.map((id) => ({ value: id, label: names.dataset(id) }))}
                  value={chosen ?? null}
                  onChange={setDataset}
                  allowDeselect={false}
                />
              )
            }
          </Compared>
        )
      }}
    </Loaded>
  )
}

type Cost = 'latency' | 'energy'

interface ComparedProps {
  readonly models: readonly Model[]
  readonly measured: readonly Measured[]
  readonly jobs: readonly Job[]
  readonly children: (names: Names) => React.ReactNode
}

function Compared({ models, measured, jobs, children }: ComparedProps) {
  const names = useNames(jobs)
  const devices = [...new Set(measured.map(({ deviceId }) => deviceId))].sort((a, b) =>
    names.device(a) < names.device(b) ? -1 : 1,
  )
  return (
    <>
      {measured.length === 0 ? (
        <EmptyState title="Nothing was measured yet" command="npx tandem profile --dataset my-data">
          Ask devices to measure: latency, energy and accuracy of each model over a data set. That takes
          minutes.
        </EmptyState>
      ) : (
        <Plot measured={measured} devices={devices} names={names}>
          {children(names)}
        </Plot>
      )}
      <ModelTable models={models} measured={measured} devices={devices} names={names} />
    </>
  )
}

interface PlotProps {
  readonly measured: readonly Measured[]
  readonly devices: readonly string[]
  readonly names: Names
  readonly children: React.ReactNode
}

const Y = { name: 'top-1, %', show: (value: number) => value.toFixed(0) }
const X = {
  latency: { name: 'mean latency of an image', show: milliseconds, isLog: true },
  energy: { name: 'energy of an image', show: joules, isLog: true },
}

function Plot({ measured, devices, names, children }: PlotProps) {
  const [cost, setCost] = useState<Cost>('latency')
  const words = devices.map(names.device).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: names are functions made anew; their words tell a change.
  const series = useMemo(
    () =>
      devices.map(
        (device, of): PointSeries => ({
          name: names.device(device),
          points: measured
            .filter(({ deviceId }) => deviceId === device)
            .map(({ modelId, summary }) => ({
              x: cost === 'latency' ? summary.latencyMeanMs : summary.energy.perImageJ,
              y: summary.top1 * 100,
              name: names.model(modelId),
              // Accuracy hardly differs between devices: one name a model, where names would lie on each other.
              isMarked: of === 0,
            })),
        }),
      ),
    [measured, words, cost],
  )
  return (
    <Card withBorder>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          Accuracy against cost
        </Title>
        <Group gap="sm">
          {children}
          <SegmentedControl
            aria-label="Cost"
            value={cost}
            onChange={(value) => setCost(value as Cost)}
            data={[
              { value: 'latency', label: 'Latency' },
              { value: 'energy', label: 'Energy' },
            ]}
          />
        </Group>
      </Group>
      <ScatterChart
        label={`Top-1 accuracy against ${cost} of every model on every device; the table below has the figures`}
        x={X[cost]}
        y={Y}
        series={series}
      />
      {cost === 'energy' && (
        <Text size="xs" c="dimmed">
          Energy by {sourcesOf(measured)}.
        </Text>
      )}
    </Card>
  )
}

/** Jobs come newest first. */
function newestOf(jobs: readonly Job[]): Measured[] {
  const seen = new Map<string, Measured>()
  for (const { modelId, deviceId, summary } of jobs) {
    const key = `${modelId} ${deviceId}`
    if (modelId !== null && summary !== null && !seen.has(key)) seen.set(key, { modelId, deviceId, summary })
  }
  return [...seen.values()]
}

const sourcesOf = (measured: readonly Measured[]): string =>
  [...new Set(measured.map(({ summary: { energy } }) => `${energy.method} (${energy.source})`))].join('; ')

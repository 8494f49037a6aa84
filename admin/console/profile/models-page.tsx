// All candidates side by side: what each costs on each device and how often it is right, as points and as rows.

import { Anchor, Card, SegmentedControl, Stack, Text, Title } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type Answers, trpc } from '../app/trpc.ts'
import { type PointSeries, ScatterChart } from '../charts/scatter-chart.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { bytes, joules, milliseconds, percent, whole } from '../parts/format.ts'
import { Loaded } from '../parts/loaded.tsx'
import { byCursor, More } from '../parts/more.tsx'
import { Page } from '../parts/page.tsx'

type Job = Answers['profiles']['list']['items'][number]
type Model = Answers['models']['list']['items'][number]

const LIMIT = 200

export function ModelsPage() {
  const models = useInfiniteQuery(trpc.models.list.infiniteQueryOptions({ limit: LIMIT }, byCursor))
  const profiles = useQuery(
    trpc.profiles.list.queryOptions({ kind: 'profile', states: ['done'], newestFirst: true }),
  )
  return (
    <Page
      title="Models"
      about="Candidates for both tiers. Each is run over a data set on each device; what is measured there is what selection goes by."
    >
      <More
        query={models}
        empty={
          <EmptyState
            title="No model is registered yet"
            command="npx tandem models add my-model --file model.onnx --labels classes.txt"
          >
            Register ONNX classifiers that share one list of classes: a light one, a heavy one, and what lies
            between.
          </EmptyState>
        }
      >
        {(items) => (
          <Stack>
            <Loaded query={profiles}>{(page) => <Profiles models={items} jobs={page.items} />}</Loaded>
            <ModelTable models={items} />
          </Stack>
        )}
      </More>
    </Page>
  )
}

type Cost = 'latency' | 'energy'

function Profiles({ models, jobs }: { readonly models: readonly Model[]; readonly jobs: readonly Job[] }) {
  const [cost, setCost] = useState<Cost>('latency')
  const devices = useQuery(
    trpc.devices.list.queryOptions({ ids: [...new Set(jobs.map((job) => job.deviceId))].slice(0, 1_000) }),
  )
  if (jobs.length === 0)
    return (
      <EmptyState title="Nothing was measured yet" command="npx tandem profile --dataset my-data --all">
        Devices measure latency, energy and accuracy of each model over a data set. That takes minutes.
      </EmptyState>
    )
  const nameOf = new Map(models.map((model) => [model.id, model.name]))
  const series = (devices.data?.items ?? []).map(
    ({ id, name, tier }): PointSeries => ({
      name: `${name} (${tier})`,
      points: newestOf(jobs.filter((job) => job.deviceId === id)).map(({ modelId, summary }) => ({
        x: cost === 'latency' ? summary.latencyMeanMs : summary.energy.perImageJ,
        y: summary.top1 * 100,
        name: nameOf.get(modelId) ?? modelId,
        isMarked: true,
      })),
    }),
  )
  return (
    <Card withBorder>
      <Title order={2} size="h4">
        Accuracy against cost
      </Title>
      <SegmentedControl
        my="xs"
        aria-label="Cost"
        value={cost}
        onChange={(value) => setCost(value as Cost)}
        data={[
          { value: 'latency', label: 'Latency' },
          { value: 'energy', label: 'Energy' },
        ]}
      />
      <ScatterChart
        label={`Top-1 accuracy against ${cost} of every model on every device; the table of a model has the figures`}
        x={{
          name: cost === 'latency' ? 'mean latency of an image' : 'energy of an image',
          show: cost === 'latency' ? milliseconds : joules,
          isLog: true,
        }}
        y={{ name: 'top-1, %', show: (value) => value.toFixed(0) }}
        series={series}
      />
      <Text size="xs" c="dimmed">
        Energy by {methodsOf(jobs)}.
      </Text>
    </Card>
  )
}

type Measured = Job & { readonly modelId: string; readonly summary: NonNullable<Job['summary']> }

/** Jobs come newest first. */
function newestOf(jobs: readonly Job[]): Measured[] {
  const seen = new Map<string, Measured>()
  for (const job of jobs)
    if (job.modelId !== null && job.summary !== null && !seen.has(job.modelId))
      seen.set(job.modelId, job as Measured)
  return [...seen.values()]
}

const methodsOf = (jobs: readonly Job[]): string =>
  [
    ...new Set(
      jobs.flatMap(({ summary }) => (summary ? [`${summary.energy.method} (${summary.energy.source})`] : [])),
    ),
  ].join('; ')

function ModelTable({ models }: { readonly models: readonly Model[] }) {
  return (
    <DataTable
      label="Models"
      rows={models}
      keyOf={(model) => model.id}
      columns={[
        {
          name: 'Model',
          cell: ({ name }) => (
            <Anchor component={Link} to="/models/$name" params={{ name } as never}>
              {name}
            </Anchor>
          ),
        },
        { name: 'Family', cell: ({ family }) => family },
        {
          name: 'Input',
          cell: ({ contract: { input } }) => `${input.width} × ${input.height} ${input.dtype}`,
        },
        { name: 'Parameters', isFigure: true, cell: ({ params }) => (params === null ? '–' : whole(params)) },
        { name: 'Layers', isFigure: true, cell: ({ layers }) => layers ?? '–' },
      ]}
    />
  )
}

export const sizeOf = (count: number | undefined): string => (count === undefined ? '–' : bytes(count))
export const top1Of = (job: Job): string => (job.summary ? percent(job.summary.top1, 2) : '–')

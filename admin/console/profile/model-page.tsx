// One candidate: how it is fed, and what every device measured of it.

import { Anchor, Breadcrumbs, Card, Code, SimpleGrid, Text, Title } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { trpc } from '../app/trpc.ts'
import { DataTable } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { bytes, joules, milliseconds, percent } from '../parts/format.ts'
import { Loaded } from '../parts/loaded.tsx'
import { byCursor, More } from '../parts/more.tsx'
import { Page } from '../parts/page.tsx'
import { StateBadge } from '../parts/state-badge.tsx'
import { When } from '../parts/when.tsx'

export function ModelPage() {
  const { name } = useParams({ strict: false }) as { name: string }
  const model = useQuery(trpc.models.get.queryOptions({ name }))
  const jobs = useInfiniteQuery(
    trpc.profiles.list.infiniteQueryOptions(
      { model: name, kind: 'profile', newestFirst: true, limit: 50 },
      byCursor,
    ),
  )
  const devices = useQuery(trpc.devices.list.queryOptions({ limit: 1_000 }))
  const datasets = useQuery(trpc.datasets.list.queryOptions({ limit: 1_000 }))
  const deviceOf = (id: string) => devices.data?.items.find((device) => device.id === id)?.name ?? id
  const datasetOf = (id: string) => datasets.data?.items.find((set) => set.id === id)?.name ?? id
  return (
    <Page title={name}>
      <Breadcrumbs>
        <Anchor component={Link} to="/models">
          Models
        </Anchor>
        <Text>{name}</Text>
      </Breadcrumbs>
      <Loaded query={model}>
        {({ family, contract: { input, output }, fileDigest, createdAt }) => (
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            <Card withBorder>
              <Title order={2} size="h4" mb="xs">
                How it is fed
              </Title>
              <Text size="sm">
                {input.width} × {input.height}, {input.dtype}, {input.layout.toUpperCase()}; the central{' '}
                {percent(input.crop)} of each side, {input.resize}; mean {input.mean.join(', ')}, standard
                deviation {input.std.join(', ')}; answers {output.kind} as <Code>{output.name}</Code>.
              </Text>
            </Card>
            <Card withBorder>
              <Title order={2} size="h4" mb="xs">
                Where it comes from
              </Title>
              <Text size="sm">
                Family {family}, registered <When at={createdAt} />.
              </Text>
              <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                {fileDigest}
              </Text>
            </Card>
          </SimpleGrid>
        )}
      </Loaded>
      <Title order={2} size="h4">
        Measurements
      </Title>
      <More
        query={jobs}
        empty={
          <EmptyState
            title="No device has measured it yet"
            command={`npx tandem profile --dataset my-data --model ${name}`}
          >
            Ask devices to run it over a data set.
          </EmptyState>
        }
      >
        {(items) => (
          <DataTable
            label="Measurements"
            rows={items}
            keyOf={(job) => job.id}
            minWidth={820}
            columns={[
              { name: 'Device', cell: (job) => deviceOf(job.deviceId) },
              { name: 'Data set', cell: (job) => datasetOf(job.datasetId) },
              { name: 'State', cell: (job) => <StateBadge state={job.state} /> },
              { name: 'Images', isFigure: true, cell: (job) => `${job.done} / ${job.total}` },
              {
                name: 'Top-1',
                isFigure: true,
                cell: ({ summary }) => (summary ? percent(summary.top1, 2) : '–'),
              },
              {
                name: 'Top-5',
                isFigure: true,
                cell: ({ summary }) => (summary ? percent(summary.top5, 2) : '–'),
              },
              {
                name: 'Mean',
                isFigure: true,
                cell: ({ summary }) => (summary ? milliseconds(summary.latencyMeanMs) : '–'),
              },
              {
                name: 'p95',
                isFigure: true,
                cell: ({ summary }) => (summary ? milliseconds(summary.latencyP95Ms) : '–'),
              },
              {
                name: 'Energy',
                isFigure: true,
                cell: ({ summary }) =>
                  summary ? (
                    <span title={summary.energy.source}>
                      {joules(summary.energy.perImageJ)} ({summary.energy.method})
                    </span>
                  ) : (
                    '–'
                  ),
              },
              {
                name: 'Memory',
                isFigure: true,
                cell: ({ summary }) => (summary ? bytes(summary.peakMemoryBytes) : '–'),
              },
            ]}
          />
        )}
      </More>
    </Page>
  )
}

// One device: what it runs beside what it should, what it said last, what its answers cost, what happened to it, what it
// was asked to measure; and the way to shut it out.

import { Alert, Anchor, Breadcrumbs, Card, SimpleGrid, Text, Title } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useSession } from '../app/session.tsx'
import { client, queries, trpc } from '../app/trpc.ts'
import { AskFirst } from '../parts/ask-first.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { FigureCard } from '../parts/figure-card.tsx'
import { percent, whole } from '../parts/format.ts'
import { Loaded } from '../parts/loaded.tsx'
import { byCursor, More } from '../parts/more.tsx'
import { Page } from '../parts/page.tsx'
import { StateBadge } from '../parts/state-badge.tsx'
import { When } from '../parts/when.tsx'
import { DeviceEnergy } from './device-energy.tsx'
import { type Device, stateOf } from './device-filter.ts'
import { DeviceLog } from './device-log.tsx'

const EVERY_MS = 3_000

export function DevicePage() {
  const { name } = useParams({ strict: false }) as { name: string }
  const { may } = useSession()
  const device = useQuery(trpc.devices.get.queryOptions({ name }, { refetchInterval: EVERY_MS }))
  const isGone = device.data !== undefined && device.data.revokedAt !== null
  return (
    <Page
      title={name}
      actions={
        may('devices.revoke') &&
        !isGone && (
          <AskFirst
            label="Revoke"
            title={`Revoke ${name}?`}
            consequence="It is refused at its next call and gets no manifest any more. What it runs it goes on serving. It can come back only with a new code."
            act={async () => {
              await client.devices.revoke.mutate({ name })
              await queries.invalidateQueries()
            }}
          />
        )
      }
    >
      <Breadcrumbs>
        <Anchor component={Link} to="/devices">
          Devices
        </Anchor>
        <Text>{name}</Text>
      </Breadcrumbs>
      <Loaded query={device}>
        {(row) => (
          <>
            <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
              <FigureCard
                name="State"
                value={<StateBadge state={stateOf(row)} />}
                note={<When at={row.lastSeenAt} />}
              />
              <FigureCard
                name="Runs"
                value={row.runs === null ? 'nothing' : `Deployment ${row.runs}`}
                note={`${runsNote(row)}; manifest ${row.report?.sequence ?? '–'}`}
              />
              <FigureCard
                name="Decisions waiting"
                value={row.report?.spool ? whole(row.report.spool.waiting) : '–'}
                note={
                  row.report?.spool
                    ? `${whole(row.report.spool.dropped)} dropped since it started`
                    : 'not told'
                }
              />
              <FigureCard
                name="Tier"
                value={row.tier}
                note={`functions by ${row.report?.driverName ?? row.report?.functionDriver ?? 'nothing yet'}`}
              />
            </SimpleGrid>
            {row.report && row.report.message !== '' && (
              <Alert color={row.report.state === 'failed' ? 'red' : 'blue'} variant="light" title="It says">
                {row.report.message}
              </Alert>
            )}
            <Card withBorder>
              <Text size="sm">
                {row.platform}; at {row.url}; enrolled <When at={row.enrolledAt} />.
              </Text>
            </Card>
          </>
        )}
      </Loaded>
      <DeviceEnergy device={name} />
      <DeviceLog device={name} />
      <Card withBorder>
        <Title order={2} size="h4" mb="xs">
          Measurements
        </Title>
        <DeviceJobs device={name} />
      </Card>
    </Page>
  )
}

function runsNote({ isBehind, group, groupName, revokedAt }: Device): string {
  if (revokedAt !== null) return 'it gets no manifest any more'
  if (group.current === null && group.next === null) return `nothing was promoted to ${groupName} yet`
  return isBehind
    ? `behind: its group, ${groupName}, should run ${group.next ?? group.current}`
    : `as its group, ${groupName}`
}

function DeviceJobs({ device }: { readonly device: string }) {
  const jobs = useInfiniteQuery(
    trpc.profiles.list.infiniteQueryOptions(
      { device, newestFirst: true, limit: 20 },
      { ...byCursor, refetchInterval: EVERY_MS },
    ),
  )
  const models = useQuery(trpc.models.list.queryOptions({ limit: 200 }, { staleTime: 60_000 }))
  const nameOf = (id: string | null) => models.data?.items.find((model) => model.id === id)?.name ?? id
  return (
    <More
      query={jobs}
      empty={
        <EmptyState title="It was asked for nothing yet">
          Measurements are asked for under Models and Data sets.
        </EmptyState>
      }
    >
      {(items) => (
        <DataTable
          label="Measurements of this device"
          rows={items}
          keyOf={(job) => job.id}
          columns={[
            {
              name: 'What',
              cell: ({ kind, modelId }) => (kind === 'features' ? 'image features' : nameOf(modelId)),
            },
            { name: 'State', cell: ({ state }) => <StateBadge state={state} /> },
            {
              name: 'Done',
              isFigure: true,
              cell: ({ done, total }) => percent(total === 0 ? 0 : done / total, 0),
            },
            { name: 'Said', cell: ({ message }) => message || '–' },
          ]}
        />
      )}
    </More>
  )
}

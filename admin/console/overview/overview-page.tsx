// What somebody who comes in wants to know first: what runs, whether it is well, how often it sends images to the edge,
// what that costs and saves, and how sure that is.

import { Card, SimpleGrid, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { trpc } from '../app/trpc.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { FigureCard } from '../parts/figure-card.tsx'
import { joules, percent, whole } from '../parts/format.ts'
import { Loaded } from '../parts/loaded.tsx'
import { Page } from '../parts/page.tsx'
import { Attention } from './attention.tsx'
import { type Figures, HOURS, sum, useLastDay } from './last-day.ts'
import { LiveDecisions } from './live-decisions.tsx'
import { OffloadChart } from './offload-chart.tsx'
import { RunningPairs } from './running-pairs.tsx'
import { Saved } from './saved.tsx'

const EVERY_MS = 5_000

export function OverviewPage() {
  const groups = useQuery(trpc.devices.groups.queryOptions({ limit: 1_000 }, { refetchInterval: EVERY_MS }))
  const totals = useLastDay()
  return (
    <Page title="Overview">
      <Loaded query={groups}>
        {({ items }) => {
          if (items.length === 0)
            return (
              <EmptyState
                title="Nothing is set up yet"
                command="npx tandem models add my-model --file model.onnx --labels classes.txt"
              >
                Along the way: register models, add a data set, enrol a local and an edge device, measure,
                select a pair, train a router, promote it. Every page says what comes next; `npm start` shows
                all of it with a demo world.
              </EmptyState>
            )
          const states = items.flatMap((group) => Object.entries(group.states))
          const inState = (state: string) =>
            states.filter(([name]) => name === state).reduce((sum, [, n]) => sum + (n ?? 0), 0)
          const total = states.reduce((sum, [, n]) => sum + (n ?? 0), 0) - inState('revoked')
          return (
            <>
              <Attention groups={items} />
              <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
                <FigureCard
                  name="Devices that serve"
                  value={`${whole(inState('serving'))} of ${whole(total)}`}
                  note={`${whole(inState('failed'))} failed, ${whole(inState('installing'))} installing`}
                />
                <Loaded query={totals} rows={1}>
                  {(rows) => <Offload rows={rows} />}
                </Loaded>
                <Loaded query={totals} rows={1}>
                  {(rows) => <Energy rows={rows} />}
                </Loaded>
                <Saved totals={totals.data ?? []} />
              </SimpleGrid>
              <RunningPairs groups={items} />
              <OffloadChart rows={totals.data ?? []} />
            </>
          )
        }}
      </Loaded>
      <Card withBorder>
        <Title order={2} size="h4">
          Newest decisions
        </Title>
        <Text size="sm" c="dimmed">
          Devices hand them in every few seconds.
        </Text>
        <LiveDecisions />
      </Card>
    </Page>
  )
}

function Offload({ rows }: { readonly rows: readonly Figures[] }) {
  const images = sum(rows, (row) => row.images)
  if (images === 0) return <FigureCard name="Sent to the edge" value="–" note={`no image in ${HOURS} h`} />
  const sent = sum(rows, (row) => (row.tier === 'edge' ? row.images : 0)) / images
  const unwell = sum(rows, (row) =>
    ['edge-error', 'deadline', 'breaker-open', 'budget'].includes(row.reason) ? row.images : 0,
  )
  return (
    <FigureCard
      name="Sent to the edge"
      value={percent(sent)}
      note={`of ${whole(images)} images in ${HOURS} h; ${whole(unwell)} more were to be sent and could not be`}
    />
  )
}

function Energy({ rows }: { readonly rows: readonly Figures[] }) {
  const images = sum(rows, (row) => row.images)
  const spent = sum(rows, (row) => row.energyJ)
  return (
    <FigureCard
      name="Energy of an image at the device"
      value={images === 0 ? '–' : joules(spent / images)}
      note={
        images === 0 ? `no image in ${HOURS} h` : `${joules(spent)} in ${HOURS} h, from measured profiles`
      }
    />
  )
}

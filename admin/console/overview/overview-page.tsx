// What somebody who comes in wants to know first: what needs them, what runs, whether it is well, how often it sends
// images to the edge, what that saves against doing without a router, and how sure that is.

import { SimpleGrid, Skeleton, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { trpc } from '../app/trpc.ts'
import { FigureCard } from '../parts/figure-card.tsx'
import { joules, percent, whole } from '../parts/format.ts'
import { Loaded } from '../parts/loaded.tsx'
import { Page } from '../parts/page.tsx'
import { Attention } from './attention.tsx'
import { Breakable } from './breakable.tsx'
import { FirstSteps } from './first-steps.tsx'
import { FleetHealth } from './fleet-health.tsx'
import { HOURS, sum, useLastDay } from './last-day.ts'
import { LiveDecisions } from './live-decisions.tsx'
import { RunningPairs } from './running-pairs.tsx'
import { SavingCard } from './saving-card.tsx'
import { percentLess, range } from './saving-words.ts'
import { useShownDeployment } from './shown-deployment.ts'

/** The chart library is a sixth of the first page, and below its fold. */
const OffloadChart = lazy(async () => ({ default: (await import('./offload-chart.tsx')).OffloadChart }))

const EVERY_MS = 5_000

export function OverviewPage() {
  const fleet = useQuery(trpc.devices.totals.queryOptions(undefined, { refetchInterval: EVERY_MS }))
  return (
    <Page title="Overview" about={`What runs, how it does, and what it saves, over the last ${HOURS} hours.`}>
      <Loaded query={fleet}>
        {(totals) =>
          Object.keys(totals.states).length === 0 ? (
            <FirstSteps />
          ) : (
            <>
              <Attention totals={totals} />
              <Answers totals={totals} />
            </>
          )
        }
      </Loaded>
    </Page>
  )
}

function Answers({ totals }: { readonly totals: Parameters<typeof FleetHealth>[0]['totals'] }) {
  const day = useLastDay()
  const shown = useShownDeployment(day.data)
  const rows = day.data ?? []
  const images = sum(rows, (row) => row.images)
  const unwell = sum(rows, (row) =>
    ['edge-error', 'deadline', 'breaker-open', 'budget'].includes(row.reason) ? row.images : 0,
  )
  const saving = shown.data?.saving
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
        <FigureCard
          name="The pair that runs"
          value={
            <Text span fz={18} fw={650} style={{ overflowWrap: 'anywhere' }}>
              {shown.data ? (
                <Breakable name={`${shown.data.pair.local} → ${shown.data.pair.edge}`} />
              ) : (
                'none yet'
              )}
            </Text>
          }
          note={
            shown.data
              ? `device → edge; deployment ${shown.data.deployment.version}, router ${shown.data.router.version} (${shown.data.router.kind})`
              : 'Promote a router under Deployments.'
          }
        />
        <FigureCard
          name="Sent to the edge"
          value={saving ? percent(saving.offloadShare.value) : '–'}
          note={
            images === 0
              ? `no image in ${HOURS} h`
              : `${saving ? `95 % interval ${range(saving.offloadShare)}; ` : ''}${whole(images)} images in ${HOURS} h${unwell === 0 ? '' : `, ${whole(unwell)} more were to be sent and could not be`}`
          }
        />
        <FigureCard
          name="Energy against all to the edge"
          value={saving ? percentLess(saving.edgeOnly.saved.value) : '–'}
          note={
            saving
              ? `95 % interval ${range(saving.edgeOnly.saved)}; ${joules(saving.deviceJ.value)} an image instead of ${joules(saving.edgeOnly.baselineJ.value)}`
              : 'too few answers to say'
          }
        />
        <FleetHealth totals={totals} />
      </SimpleGrid>
      {shown.data && <SavingCard answer={shown.data} />}
      <RunningPairs />
      <Suspense fallback={<Skeleton height={300} />}>
        <OffloadChart rows={rows} />
      </Suspense>
      <LiveDecisions />
    </>
  )
}

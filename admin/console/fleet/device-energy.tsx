// What a device's answers cost, hour by hour, from its own decisions: of an image, and all together.

import { Card, SimpleGrid, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { type Answers, trpc } from '../app/trpc.ts'
import { FigureCard } from '../parts/figure-card.tsx'
import { joules, milliseconds, percent, whole } from '../parts/format.ts'
import { Loaded } from '../parts/loaded.tsx'

type Hour = Answers['devices']['energy'][number]

const EVERY_MS = 30_000
const HOURS = 24

const HourChart = lazy(async () => ({ default: (await import('./hour-chart.tsx')).HourChart }))

export function DeviceEnergy({ device }: { readonly device: string }) {
  const hours = useQuery(
    trpc.devices.energy.queryOptions({ name: device, hours: HOURS }, { refetchInterval: EVERY_MS }),
  )
  return (
    <Card withBorder component="section" aria-label="Energy">
      <Title order={2} size="h4">
        Energy
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        Of the answers of the last {HOURS} h, by the device’s power model.
      </Text>
      <Loaded query={hours} rows={2}>
        {(rows) =>
          rows.length === 0 ? (
            <Text size="sm">It answered no image in {HOURS} h.</Text>
          ) : (
            <>
              <Sums rows={rows} />
              {rows.length > 1 && (
                <Suspense>
                  <HourChart rows={rows} />
                </Suspense>
              )}
            </>
          )
        }
      </Loaded>
    </Card>
  )
}

function Sums({ rows }: { readonly rows: readonly Hour[] }) {
  const sum = (of: (row: Hour) => number) => rows.reduce((total, row) => total + of(row), 0)
  const images = sum((row) => row.images)
  const energyJ = sum((row) => row.energyJ)
  const slowest = Math.max(...rows.map((row) => row.latencyP95Ms))
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
      <FigureCard name="An image" value={joules(energyJ / images)} note={`${whole(images)} images`} />
      <FigureCard
        name="All together"
        value={joules(energyJ)}
        note={`${joules(energyJ / rows.length)} an hour`}
      />
      <FigureCard
        name="Sent to the edge"
        value={percent(sum((row) => row.offloaded) / images)}
        note={`${whole(sum((row) => row.offloaded))} images`}
      />
      <FigureCard name="Latency, 95th percentile" value={milliseconds(slowest)} note="of the slowest hour" />
    </SimpleGrid>
  )
}

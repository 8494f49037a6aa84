// One candidate: its card, how it is fed, what every device measured of it, and the way to have it measured.

import { Anchor, Card, SimpleGrid, Title } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useSession } from '../app/session.tsx'
import { trpc } from '../app/trpc.ts'
import { ModelCard } from '../compare/model-card.tsx'
import { Measure } from '../measure/measure.tsx'
import { Measurements } from '../measure/measurements.tsx'
import { UnderWay } from '../measure/under-way.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { byCursor, More } from '../parts/more.tsx'
import { Page } from '../parts/page.tsx'

export function ModelPage() {
  const { may } = useSession()
  const { name } = useParams({ strict: false }) as { name: string }
  const model = useQuery(trpc.models.get.queryOptions({ name }))
  const jobs = useInfiniteQuery(
    trpc.profiles.list.infiniteQueryOptions(
      { model: name, kind: 'profile', newestFirst: true, limit: 50 },
      byCursor,
    ),
  )
  return (
    <Page
      title={name}
      about={
        <Anchor component={Link} to="/models" inherit>
          All models
        </Anchor>
      }
      actions={may('profiles.create') && model.data && <Measure model={name} />}
    >
      <Loaded query={model}>{(row) => <ModelCard model={row} />}</Loaded>
      <UnderWay of={{ model: name }} />
      <SimpleGrid cols={1}>
        <Card withBorder>
          <Title order={2} size="h4">
            Measurements
          </Title>
          <More
            query={jobs}
            empty={
              <EmptyState
                title="No device has measured it yet"
                command={`npx tandem profile --dataset my-data --models ${name}`}
              >
                Ask devices to run it over a data set: “Measure”.
              </EmptyState>
            }
          >
            {(items) => <Measurements jobs={items} />}
          </More>
        </Card>
      </SimpleGrid>
    </Page>
  )
}

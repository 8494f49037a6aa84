// Trainings and evaluations that go on just now, whoever asked for them.

import { Card, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { WorkKind } from '#contract/api/jobs.ts'
import { queries, trpc } from '../app/trpc.ts'
import { WorkProgress } from './work-progress.tsx'

/** A browser opens six connections to one origin, and each that is watched holds one. */
const WATCHED_MAX = 2
/** What somebody else asked for is seen by then. */
const LOOK_EVERY_MS = 15_000

const KINDS: Partial<Record<WorkKind, string>> = {
  training: 'Training a router',
  'forest-import': 'Importing a forest',
  evaluation: 'Evaluating a pair',
}

export function WorksUnderWay({ kinds }: { readonly kinds: WorkKind[] }) {
  const open = useQuery(
    trpc.jobs.list.queryOptions({ kinds, states: ['queued', 'running'] }, { refetchInterval: LOOK_EVERY_MS }),
  )
  const jobs = open.data?.items ?? []
  if (jobs.length === 0) return null
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        Under way
      </Title>
      <Stack>
        {jobs.slice(-WATCHED_MAX).map(({ id, kind, subject }) => (
          <div key={id}>
            <Text size="sm" fw={600}>
              {KINDS[kind as WorkKind] ?? kind} {subject}
            </Text>
            <WorkProgress id={id} onDone={refresh} />
          </div>
        ))}
        {jobs.length > WATCHED_MAX && (
          <Text size="sm" c="dimmed">
            {jobs.length - WATCHED_MAX} more wait behind them.
          </Text>
        )}
      </Stack>
    </Card>
  )
}

const refresh = () => void queries.invalidateQueries()

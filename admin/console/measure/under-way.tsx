// Measurements that devices are at, or will be: how far each is, as the device tells it, and the way to end it.

import { Anchor, Box, Card, Group, Progress, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { ProfileProgress } from '#contract/api/live.ts'
import { useSession } from '../app/session.tsx'
import { type Answers, client, queries, trpc } from '../app/trpc.ts'
import { LiveBadge } from '../live/live-badge.tsx'
import { useLive } from '../live/use-live.ts'
import { AskFirst } from '../parts/ask-first.tsx'
import { whole } from '../parts/format.ts'
import { type Names, useNames } from './names.ts'

type Job = Answers['profiles']['list']['items'][number]

/** What somebody else asked for is seen by then. */
const LOOK_EVERY_MS = 15_000

interface UnderWayProps {
  /** Of one model or data set alone. */
  readonly of?: { readonly model?: string; readonly dataset?: string }
}

export function UnderWay({ of = {} }: UnderWayProps) {
  const open = useQuery(
    trpc.profiles.list.queryOptions(
      { ...of, states: ['queued', 'running'] },
      { refetchInterval: LOOK_EVERY_MS },
    ),
  )
  const jobs = open.data?.items ?? []
  return jobs.length === 0 ? null : <Watched key={jobs.map(({ id }) => id).join()} jobs={jobs} />
}

/** Of a long list the rest waits anyway. */
const ROWS_MAX = 12
const HAS_ENDED = ['done', 'failed', 'cancelled']

function Watched({ jobs }: { readonly jobs: readonly Job[] }) {
  const { may } = useSession()
  const names = useNames(jobs)
  const [told, setTold] = useState<readonly ProfileProgress[]>([])
  const live = useLive(
    trpc.live.profiles.subscriptionOptions(
      { ids: jobs.map(({ id }) => id) },
      { onData: ({ data }) => setTold(data as ProfileProgress[]) },
    ),
  )
  const endedCount = told.filter(({ state }) => HAS_ENDED.includes(state)).length
  // Figures that a measurement brought belong on the page at once.
  useEffect(() => {
    if (endedCount > 0) void queries.invalidateQueries({ queryKey: trpc.profiles.pathKey() })
  }, [endedCount])
  const rows = jobs.map((job) => ({ ...job, ...told.find(({ id }) => id === job.id) }))
  const open = rows
    .filter(({ state }) => !HAS_ENDED.includes(state))
    .sort((a, b) => Number(b.state === 'running') - Number(a.state === 'running'))
  return (
    <Card withBorder>
      <Group justify="space-between" mb="xs">
        <Group gap="sm">
          <Title order={2} size="h4">
            Under way
          </Title>
          <LiveBadge state={live} />
        </Group>
        {may('profiles.cancel') && open.length > 1 && (
          <AskFirst
            label="Stop all"
            title={`Stop ${open.length} measurements?`}
            consequence="The devices stop, and what they have measured of these so far is not used. You can ask for them again."
            act={() => cancel(open)}
          />
        )}
      </Group>
      <Stack gap="xs">
        {open.slice(0, ROWS_MAX).map((job) => (
          <Row key={job.id} job={job} names={names} mayCancel={may('profiles.cancel')} />
        ))}
        {open.length > ROWS_MAX && (
          <Text size="sm" c="dimmed">
            {open.length - ROWS_MAX} more wait behind them.
          </Text>
        )}
      </Stack>
    </Card>
  )
}

async function cancel(jobs: readonly Pick<Job, 'id'>[]): Promise<void> {
  const ends = await Promise.allSettled(jobs.map(({ id }) => client.profiles.cancel.mutate({ id })))
  await queries.invalidateQueries({ queryKey: trpc.profiles.pathKey() })
  // Of many, some may have ended by themselves meanwhile.
  const refused = ends.filter((end) => end.status === 'rejected')
  if (refused.length === jobs.length && refused[0]) throw refused[0].reason
}

interface RowProps {
  readonly job: Job
  readonly names: Names
  readonly mayCancel: boolean
}

function Row({ job, names, mayCancel }: RowProps) {
  const { state, done, total, kind } = job
  const model = job.modelId === null ? 'features of the images' : names.model(job.modelId)
  const device = names.device(job.deviceId)
  const said = state === 'queued' ? 'waits for the device' : `${whole(done)} of ${whole(total)} images`
  return (
    <div>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text size="sm">
          {kind === 'features' ? (
            model
          ) : (
            <Anchor component={Link} to="/models/$name" params={{ name: model } as never} inherit>
              {model}
            </Anchor>
          )}{' '}
          on {device}, {names.dataset(job.datasetId)}: {said}
        </Text>
        {mayCancel && (
          <Box flex="none">
            <AskFirst
              label="Stop"
              title={`Stop measuring ${model} on ${device}?`}
              consequence="The device stops, and what it has measured of this so far is not used. You can ask for it again."
              size="compact-xs"
              act={() => cancel([job])}
            />
          </Box>
        )}
      </Group>
      <Progress
        value={total === 0 ? 0 : (done / total) * 100}
        animated={state === 'running'}
        aria-label={`${model} on ${device}: ${said}`}
        mt={4}
      />
    </div>
  )
}

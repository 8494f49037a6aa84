// A job of the control plane while it goes on, as it is told: its step, how far it is, the way to end it, and what came of
// it. Whoever looks away loses nothing: the job goes on, and is found again where jobs are under way.

import { Alert, Button, Group, Progress, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { type Answers, trpc } from '../app/trpc.ts'
import { LiveBadge } from '../live/live-badge.tsx'
import { useLive } from '../live/use-live.ts'
import { Failure } from '../parts/failure.tsx'

export type Work = Pick<
  Answers['jobs']['get'],
  'id' | 'kind' | 'state' | 'progress' | 'subject' | 'result' | 'error'
>

interface WorkProps {
  readonly id: string
  readonly onDone: (work: Work) => void
}

const HAS_ENDED = ['done', 'failed', 'cancelled']

export function WorkProgress({ id, onDone }: WorkProps) {
  const [work, setWork] = useState<Work>()
  const [lost, setLost] = useState<unknown>()
  const isOver = work !== undefined && HAS_ENDED.includes(work.state)
  const live = useLive(
    trpc.live.job.subscriptionOptions(
      { id },
      { enabled: !isOver, onData: ({ data }) => setWork(data as Work), onError: setLost },
    ),
  )
  const cancel = useMutation(trpc.jobs.cancel.mutationOptions())
  useEffect(() => {
    if (work?.state === 'done') onDone(work)
  }, [work, onDone])
  if (!work) return lost === undefined ? <Text size="sm">Asked for …</Text> : <Failure error={lost} />
  if (isOver && work.state !== 'done')
    return (
      <Alert
        color={work.state === 'failed' ? 'red' : 'yellow'}
        variant="light"
        title={`It was ${work.state}`}
      >
        {work.error}
      </Alert>
    )
  const { step, done, total } = work.progress
  const words =
    work.state === 'queued' ? 'waits for a worker' : total > 1 ? `${step}: ${done} of ${total}` : step
  return (
    <Stack gap={4}>
      <Progress value={total === 0 ? 0 : (done / total) * 100} animated aria-label={words} />
      <Group justify="space-between">
        <Group gap="sm">
          <Text size="sm" role="status">
            {words}
          </Text>
          <LiveBadge state={live} />
        </Group>
        <Button variant="default" size="xs" loading={cancel.isPending} onClick={() => cancel.mutate({ id })}>
          Cancel
        </Button>
      </Group>
      {cancel.isError && <Failure error={cancel.error} />}
    </Stack>
  )
}

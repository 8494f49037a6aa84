// A job of the control plane while it goes on: its step, how far it is, the way to end it, and what came of it.

import { Alert, Button, Group, Progress, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { type Answers, trpc } from '../app/trpc.ts'
import { Failure } from '../parts/failure.tsx'

type Work = Answers['jobs']['get']

const EVERY_MS = 1_000

interface WorkProps {
  readonly id: string
  readonly onDone: (work: Work) => void
}

export function WorkProgress({ id, onDone }: WorkProps) {
  const work = useQuery(
    trpc.jobs.get.queryOptions(
      { id },
      { refetchInterval: ({ state }) => (state.data && state.data.finishedAt !== null ? false : EVERY_MS) },
    ),
  )
  const cancel = useMutation(trpc.jobs.cancel.mutationOptions())
  const { data } = work
  useEffect(() => {
    if (data?.state === 'done') onDone(data)
  }, [data, onDone])
  if (!data) return work.isError ? <Failure error={work.error} /> : null
  if (data.error !== null)
    return (
      <Alert color="red" title={`The job ${data.state}`}>
        {data.error}
      </Alert>
    )
  const { step, done, total } = data.progress
  const share = total === 0 ? 0 : (done / total) * 100
  return (
    <Stack gap="xs" aria-live="polite">
      <Progress value={share} animated aria-label={`${step}: ${done} of ${total}`} />
      <Group justify="space-between">
        <Text size="sm">
          {data.state === 'queued' ? 'Waits for a worker' : `${step}: ${done} of ${total}`}
        </Text>
        <Button variant="default" size="xs" loading={cancel.isPending} onClick={() => cancel.mutate({ id })}>
          Cancel
        </Button>
      </Group>
    </Stack>
  )
}

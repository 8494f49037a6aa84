// What somebody should look at now, each with why and what to do next: devices that failed or are silent, rollouts that
// wait for a person, rollouts that were sent back.

import { Alert, Anchor, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type Answers, trpc } from '../app/trpc.ts'
import { whole } from '../parts/format.ts'
import { When } from '../parts/when.tsx'

type Totals = Answers['devices']['totals']
type Rollout = Answers['rollouts']['list']['items'][number]

const EVERY_MS = 5_000
/** Whoever comes in the morning should see what went wrong in the night. */
const BACK_MAX_MS = 24 * 3_600_000

export function Attention({ totals }: { readonly totals: Totals | undefined }) {
  const rollouts = useQuery(
    trpc.rollouts.list.queryOptions({ limit: 20, all: true }, { refetchInterval: EVERY_MS }),
  )
  const failed = totals?.states.failed ?? 0
  const told = needing(rollouts.data?.items ?? [])
  if (failed + told.length === 0) return null
  return (
    <Stack gap="sm" component="section" aria-label="Needs somebody">
      {told.map((rollout) => (
        <RolloutAlert key={rollout.id} rollout={rollout} />
      ))}
      {failed > 0 && (
        <Told
          colour="red"
          title={`${whole(failed)} ${failed === 1 ? 'device has' : 'devices have'} failed`}
          next={
            <Anchor component={Link} to="/devices" search={{ states: 'failed' } as never} size="sm">
              See what they say
            </Anchor>
          }
        >
          They go on serving what they ran before, if they ran anything. Each says what stopped it; its log
          tells since when.
        </Told>
      )}
    </Stack>
  )
}

/** Those that wait; and those sent back lately, unless a newer one has come through. */
function needing(rollouts: readonly Rollout[]): Rollout[] {
  const done = rollouts.findIndex(({ state }) => state === 'completed')
  return rollouts.filter(({ state, endedAt }, i) => {
    if (state === 'paused' || state === 'awaiting-approval') return true
    const isLate = endedAt !== null && Date.now() - Date.parse(endedAt) > BACK_MAX_MS
    return state === 'rolled-back' && !isLate && (done === -1 || i < done)
  })
}

const NEXT: Readonly<Record<string, readonly [string, string]>> = {
  paused: ['It goes neither forward nor back until somebody resumes it or sends it back.', 'Decide there'],
  'awaiting-approval': ['Its devices serve it; somebody has to let it pass.', 'Look and approve'],
  'rolled-back': [
    'Its devices are back on what they ran before. Look at what broke, mend it, and promote again.',
    'See why, and what to do',
  ],
}

function RolloutAlert({ rollout }: { readonly rollout: Rollout }) {
  const { id, version, state, reason, endedAt } = rollout
  const [words, link] = NEXT[state] ?? ['', 'Go to it']
  const is =
    state === 'rolled-back' ? 'was sent back' : state === 'paused' ? 'is paused' : 'waits for approval'
  return (
    <Told
      colour={state === 'rolled-back' ? 'orange' : 'yellow'}
      title={`The rollout of deployment ${version} ${is}`}
      next={
        <Anchor component={Link} to="/rollouts/$id" params={{ id } as never} size="sm">
          {link}
        </Anchor>
      }
    >
      {reason}
      {endedAt !== null && (
        <>
          {' '}
          (<When at={endedAt} />)
        </>
      )}
      . {words}
    </Told>
  )
}

interface ToldProps {
  readonly colour: string
  readonly title: string
  readonly next: ReactNode
  readonly children: ReactNode
}

const Told = ({ colour, title, next, children }: ToldProps) => (
  <Alert color={colour} variant="light" title={title}>
    <Group justify="space-between" align="flex-end" gap="xs">
      <Text size="sm" maw={820}>
        {children}
      </Text>
      {next}
    </Group>
  </Alert>
)

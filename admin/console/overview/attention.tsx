// What somebody should look at now: devices that failed, groups behind, rollouts that wait for a person.

import { Alert, Anchor, List } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type Answers, trpc } from '../app/trpc.ts'

type Group = Answers['devices']['groups']['items'][number]

const EVERY_MS = 5_000

export function Attention({ groups }: { readonly groups: readonly Group[] }) {
  const rollouts = useQuery(trpc.rollouts.list.queryOptions({ limit: 20 }, { refetchInterval: EVERY_MS }))
  const failed = groups.flatMap(({ name, states }) => (states.failed ? [{ name, count: states.failed }] : []))
  const waiting = (rollouts.data?.items ?? []).filter(({ state }) => state !== 'running')
  if (failed.length + waiting.length === 0) return null
  return (
    <Alert color="yellow" variant="light" title="Needs somebody">
      <List size="sm">
        {failed.map(({ name, count }) => (
          <List.Item key={name}>
            {count} {count === 1 ? 'device has' : 'devices have'} failed in group {name}:{' '}
            <Anchor component={Link} to="/devices" size="sm">
              see what they say
            </Anchor>
          </List.Item>
        ))}
        {waiting.map((rollout) => (
          <List.Item key={rollout.id}>
            The rollout of deployment {rollout.version} is {rollout.state.replace('-', ' ')}: {rollout.reason}{' '}
            <Anchor component={Link} to="/rollouts/$id" params={{ id: rollout.id } as never} size="sm">
              Go to it
            </Anchor>
          </List.Item>
        ))}
      </List>
    </Alert>
  )
}
